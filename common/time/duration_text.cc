#include "common/time/duration_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "absl/strings/str_format.h"
#include "absl/time/time.h"

#include "common/base/str_cat.h"
#include "common/time/clock.h"

namespace monsoon {
namespace {

struct Unit {
  std::string_view name;
  int64_t ns;
};

constexpr std::array<Unit, 6> kUnits = {{{"h", 3600 * kNsPerS},
                                         {"m", 60 * kNsPerS},
                                         {"s", kNsPerS},
                                         {"ms", kNsPerMs},
                                         {"us", kNsPerUs},
                                         {"ns", 1}}};

absl::Status Unexpected(std::string_view text) {
  return absl::InvalidArgumentError(
      StrCat("expected a duration with a unit, such as 30s, 250ms or 5m, found '", text, "'"));
}

}  // namespace

absl::StatusOr<int64_t> ParseDurationNs(std::string_view text) {
  if (text == "0") return 0;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !std::isfinite(value) || value < 0) return Unexpected(text);
  const std::string_view suffix(end, text.data() + text.size() - end);
  for (const Unit& unit : kUnits) {
    if (suffix != unit.name) continue;
    const double total = value * static_cast<double>(unit.ns);
    if (total >= static_cast<double>(std::numeric_limits<int64_t>::max())) return Unexpected(text);
    return static_cast<int64_t>(std::llround(total));
  }
  return Unexpected(text);
}

std::string FormatDurationNs(int64_t duration_ns) {
  if (duration_ns == 0) return "0s";
  for (const Unit& unit : kUnits) {
    if (duration_ns < unit.ns) continue;
    // A value such as 90 s reads better as 90s than as 1.5m, so only whole minutes and hours count.
    if (unit.ns > kNsPerS && duration_ns % unit.ns != 0) continue;
    const double value = static_cast<double>(duration_ns) / static_cast<double>(unit.ns);
    return absl::StrFormat("%.15g%s", value, ToAbsl(unit.name));
  }
  return StrCat(duration_ns, "ns");
}

std::string FormatUtc(int64_t wall_ns, bool compact) {
  return absl::FormatTime(compact ? "%Y%m%dT%H%M%SZ" : "%Y-%m-%dT%H:%M:%SZ",
                          absl::FromUnixNanos(wall_ns), absl::UTCTimeZone());
}

}  // namespace monsoon
