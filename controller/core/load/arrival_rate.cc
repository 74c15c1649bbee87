#include "controller/core/load/arrival_rate.h"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr double kMicroPerMin = 1e6;      // of "1/min"
constexpr double kMicroPerSecond = 60e6;  // of "1/s"
constexpr size_t kShortText = 6;          // "0.0125" is short, a third is not

std::optional<double> ParseNumber(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::string Shortest(double value) {
  std::array<char, 40> buffer{};
  const auto [end, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
  return {buffer.data(), error == std::errc() ? end : buffer.data()};
}

}  // namespace

absl::StatusOr<ArrivalRate> ParseArrivalRate(std::string_view text) {
  const absl::Status wrong = absl::InvalidArgumentError(StrCat("expected ", kRateExpected));
  const size_t slash = text.find('/');
  if (slash == text.npos) return wrong;
  const std::string_view unit = text.substr(slash + 1);
  const std::optional<double> number = ParseNumber(text.substr(0, slash));
  if (!number || (unit != "s" && unit != "min")) return wrong;
  const double micro = *number * (unit == "s" ? kMicroPerSecond : kMicroPerMin);
  if (micro < kMinMicroPerMin || micro > kMaxMicroPerMin) return wrong;
  return ArrivalRate{std::llround(micro)};
}

std::string FormatArrivalRate(ArrivalRate rate) {
  const auto micro = static_cast<double>(rate.micro_per_min);
  const std::string per_second = Shortest(micro / kMicroPerSecond);
  const std::string per_minute = Shortest(micro / kMicroPerMin);
  const bool by_minute = per_second.size() > kShortText && per_minute.size() < per_second.size();
  return by_minute ? per_minute + "/min" : per_second + "/s";
}

}  // namespace monsoon
