#include "agent/core/http/header_syntax.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

bool IsTokenChar(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool IsValueChar(char c) {
  return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
}

}  // namespace

absl::Status CheckHeader(std::string_view name, std::string_view value) {
  if (name.empty() || !std::all_of(name.begin(), name.end(), IsTokenChar)) {
    return absl::InvalidArgumentError(StrCat("engine.headers: \"", absl::CHexEscape(ToAbsl(name)),
                                             "\" is not an HTTP header name"));
  }
  if (!std::all_of(value.begin(), value.end(), IsValueChar)) {
    return absl::InvalidArgumentError(
        StrCat("the value of header \"", name,
               "\" has a line break or another control character in it; check for one at its end"));
  }
  return absl::OkStatus();
}

}  // namespace monsoon
