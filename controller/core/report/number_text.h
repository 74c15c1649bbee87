// Numbers as people read them in report.txt, report.html and the verdict's sentences. report.json
// and requests.csv do not use these: they carry full precision.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace monsoon {

// What stands where a number is undefined.
inline constexpr char kUndefinedText[] = "\u2013";  // en dash

// Seconds without a unit: four significant digits, never finer than 1 us: "12.35", "0.05231",
// "0.000012".
std::string SecondsText(double seconds);
// A rate or count per second: "1234", "98.7", "3.142", "0.0821".
std::string RateText(double rate);
// "2%", "0.35%", "<0.01%" for a share of 0.02, 0.0035, 0.00001.
std::string PercentText(double share);
// "12 345 678": groups of three set off by a no-break space.
std::string CountText(int64_t count);

std::string SecondsText(const std::optional<double>& seconds);
// "0.05231 s", or the dash alone.
std::string SecondsWithUnit(const std::optional<double>& seconds);
std::string RateText(const std::optional<double>& rate);

}  // namespace monsoon
