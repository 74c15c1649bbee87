// Numbers as people write them in scenarios: plain numbers, shares (`1%`), sizes (`16MiB`).
//
// Pure functions. They say only whether a text is one (nullopt when not); the caller knows the key
// and the range, and words the error. Durations are in common/time/duration_text.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace monsoon {

// Decimal digits with an optional '-'; the whole text must be the number.
std::optional<int64_t> ParseWholeNumber(std::string_view text);
// As above without a sign, up to 2^64 - 1.
std::optional<uint64_t> ParseUnsigned(std::string_view text);
// Decimal or scientific notation, finite.
std::optional<double> ParseNumber(std::string_view text);
// "2%" -> 0.02, "0.02" -> 0.02.
std::optional<double> ParseShare(std::string_view text);
// Bytes: "16777216", "16MiB" (powers of 1024: KiB MiB GiB), "16MB" (powers of 1000: kB MB GB).
std::optional<int64_t> ParseByteSize(std::string_view text);

// The shortest decimal text that reads back to the same double.
std::string FormatNumber(double value);
// A whole number of GiB, MiB or KiB where it is one, else plain bytes; reads back exactly.
std::string FormatByteSize(int64_t bytes);

}  // namespace monsoon
