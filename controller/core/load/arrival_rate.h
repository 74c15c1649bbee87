// ArrivalRate: how many requests an open loop is asked to send per time, exactly as it was written:
// "100/s", "2.5/s", "30/min". Plain value, pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace monsoon {

struct ArrivalRate {
  // A millionth of a request per minute: "100/s" is 6'000'000'000. Whole, so that times are exact.
  int64_t micro_per_min = 0;

  double per_s() const { return static_cast<double>(micro_per_min) / 60e6; }

  friend bool operator==(const ArrivalRate&, const ArrivalRate&) = default;
};

// From one request in 1000 s to a million in one: beyond, a typing error is likelier.
inline constexpr int64_t kMinMicroPerMin = 60'000;
inline constexpr int64_t kMaxMicroPerMin = 60'000'000'000'000;
inline constexpr std::string_view kRateExpected =
    "a rate such as 100/s, 2.5/s or 30/min, from 0.001/s to 1000000/s";

// INVALID_ARGUMENT, continuing "... is 'TEXT': ", for anything but kRateExpected.
absl::StatusOr<ArrivalRate> ParseArrivalRate(std::string_view text);

// The shortest text that reads back as the same rate: "100/s", "30/min" for what has no short form
// per second.
std::string FormatArrivalRate(ArrivalRate rate);

}  // namespace monsoon
