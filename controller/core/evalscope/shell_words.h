// Splits a pasted command line into words as a POSIX shell does: quotes, backslashes, line
// continuations. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace monsoon {

// The words up to the first operator that only concerns the shell: | & ; < > or a line's end.
// INVALID_ARGUMENT for a quote without its end, and for what only a shell can put in: $NAME, $(...)
// and `...`.
absl::StatusOr<std::vector<std::string>> SplitShellWords(std::string_view text);

}  // namespace monsoon
