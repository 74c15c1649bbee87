#include "agent/core/engine/request_headers.h"

#include <algorithm>

#include "absl/strings/match.h"

#include "agent/core/http/header_syntax.h"
#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

using Header = std::pair<std::string, std::string>;

}  // namespace

absl::StatusOr<std::vector<Header>> BearerHeaders(const EngineTarget& target, bool stream) {
  std::vector<Header> headers = {
      {"Content-Type", "application/json"},
      {"Accept", stream ? "text/event-stream" : "application/json"},
      {"Accept-Encoding", "identity"},
  };
  if (!target.api_key.empty()) {
    headers.emplace_back("Authorization", StrCat("Bearer ", target.api_key.Reveal()));
  }
  std::erase_if(headers, [&target](const Header& ours) {
    return std::any_of(target.headers.begin(), target.headers.end(), [&ours](const Header& own) {
      return absl::EqualsIgnoreCase(own.first, ours.first);
    });
  });
  headers.insert(headers.end(), target.headers.begin(), target.headers.end());
  for (const auto& [name, value] : headers) RETURN_IF_ERROR(CheckHeader(name, value));
  return headers;
}

}  // namespace monsoon
