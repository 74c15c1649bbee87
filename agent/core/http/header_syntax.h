// What may stand in a header of a request (RFC 9110, section 5.5 and 5.6.2). Pure; any thread.
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace monsoon {

// INVALID_ARGUMENT, with a sentence for whoever wrote engine.headers, when `name` is no token or
// `value` (never printed: it may be a secret) has a line break or another control character in it.
absl::Status CheckHeader(std::string_view name, std::string_view value);

}  // namespace monsoon
