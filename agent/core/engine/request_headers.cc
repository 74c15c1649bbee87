#include "agent/core/engine/request_headers.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

using Header = std::pair<std::string, std::string>;

bool IsTokenChar(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool IsValueChar(char c) {
  return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
}

absl::Status CheckHeader(const Header& header) {
  const auto& [name, value] = header;
  if (name.empty() || !std::all_of(name.begin(), name.end(), IsTokenChar)) {
    return absl::InvalidArgumentError(
        StrCat("engine.headers: \"", absl::CHexEscape(name), "\" is not an HTTP header name"));
  }
  if (!std::all_of(value.begin(), value.end(), IsValueChar)) {
    return absl::InvalidArgumentError(
        StrCat("the value of header \"", name,
               "\" has a line break or another control character in it; check for one at its end"));
  }
  return absl::OkStatus();
}

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
  for (const Header& header : headers) RETURN_IF_ERROR(CheckHeader(header));
  return headers;
}

}  // namespace monsoon
