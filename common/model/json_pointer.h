// JSON pointers (RFC 6901) as a scenario writes them: where in an answer something is. One
// addition:
// * as a whole step stands for every element of an array. Pure text; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace monsoon {

// The steps of "/choices/0/delta", unescaped: {"choices", "0", "delta"}. INVALID_ARGUMENT, with
// what was expected, for a text that is no pointer, and for the pointer "" to the whole. A step may
// not hold quotes, backslashes or controls, because keys are compared as they are written.
absl::StatusOr<std::vector<std::string>> ParseJsonPointer(std::string_view pointer);

}  // namespace monsoon
