#include "agent/core/engine/request/request_headers.h"

#include <algorithm>

#include "absl/strings/match.h"

#include "agent/core/http/header_syntax.h"
#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

std::pair<std::string, std::string> KeyIn(KeyHeader header, const Secret& key) {
  switch (header) {
    case KeyHeader::kXApiKey:
      return {"x-api-key", key.Reveal()};
    case KeyHeader::kApiKey:
      return {"api-key", key.Reveal()};
    case KeyHeader::kBearer:
      break;
  }
  return {"Authorization", StrCat("Bearer ", key.Reveal())};
}

}  // namespace

absl::StatusOr<Headers> RequestHeaders(const EngineTarget& target, KeyHeader key_header,
                                       std::string_view accept, const Headers& own) {
  Headers headers = {{"Content-Type", "application/json"},
                     {"Accept", std::string(accept)},
                     {"Accept-Encoding", "identity"}};
  if (!target.api_key.empty()) headers.push_back(KeyIn(key_header, target.api_key));
  headers.insert(headers.end(), own.begin(), own.end());
  std::erase_if(headers, [&target](const auto& ours) {
    return std::any_of(target.headers.begin(), target.headers.end(), [&ours](const auto& theirs) {
      return absl::EqualsIgnoreCase(theirs.name, ours.first);
    });
  });
  for (const SecretHeader& theirs : target.headers) {
    headers.emplace_back(theirs.name, theirs.value.Reveal());
  }
  for (const auto& [name, value] : headers) RETURN_IF_ERROR(CheckHeader(name, value));
  return headers;
}

}  // namespace monsoon
