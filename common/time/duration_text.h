// Durations as people write them in scenarios and flags: a number and a unit, `30s`, `250ms`,
// `1.5h`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace monsoon {

// Nanoseconds of `text`: a decimal number followed by one of ns us ms s m h. INVALID_ARGUMENT, with
// a sentence that says what was expected, for a bare number (except 0), a negative one, an unknown
// unit, or a value beyond 290 years.
absl::StatusOr<int64_t> ParseDurationNs(std::string_view text);

// The shortest exact form in the largest unit that fits: 1500000000 -> "1.5s", 250000000 ->
// "250ms".
std::string FormatDurationNs(int64_t duration_ns);

// UTC, whole seconds: "2026-11-22T14:33:08Z"; with `compact`, "20261122T143308Z" for file names.
std::string FormatUtc(int64_t wall_ns, bool compact = false);

}  // namespace monsoon
