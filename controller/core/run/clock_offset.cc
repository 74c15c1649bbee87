#include "controller/core/run/clock_offset.h"

#include <algorithm>
#include <cmath>

namespace monsoon {

void ClockOffset::Add(const PingTimes& ping) {
  const int64_t round_trip_ns = (ping.received_controller_ns - ping.sent_controller_ns) -
                                (ping.sent_agent_ns - ping.received_agent_ns);
  const int64_t offset_ns = ((ping.received_agent_ns - ping.sent_controller_ns) +
                             (ping.sent_agent_ns - ping.received_controller_ns)) /
                            2;
  samples_.push_back({offset_ns, std::max<int64_t>(round_trip_ns, 0), ping.received_controller_ns});
  if (samples_.size() > kWindow) samples_.pop_front();
  MeasureDrift();
}

void ClockOffset::MeasureDrift() {
  const auto third = static_cast<std::ptrdiff_t>(samples_.size() / 3);
  if (third == 0) return;
  const auto shorter = [](const Sample& a, const Sample& b) {
    return a.round_trip_ns < b.round_trip_ns;
  };
  const Sample& older = *std::min_element(samples_.begin(), samples_.begin() + third, shorter);
  const Sample& newer = *std::min_element(samples_.end() - third, samples_.end(), shorter);
  const auto elapsed_ns = static_cast<double>(newer.at_ns - older.at_ns);
  if (elapsed_ns <= 0) return;
  const auto change_ns = static_cast<double>(newer.offset_ns - older.offset_ns);
  const int64_t round_trips_ns = older.round_trip_ns + newer.round_trip_ns;
  const double error_ns = std::ceil(static_cast<double>(round_trips_ns) / 2);
  drift_ = {.ppm = change_ns / elapsed_ns * 1e6, .bound_ppm = (error_ns + 1) / elapsed_ns * 1e6};
  const double size_ppm = std::abs(drift_.ppm);
  const bool worse = (size_ppm - drift_.bound_ppm) / 1e6 > kDriftNsPerNs;
  ageing_ns_per_ns_ = worse ? (size_ppm + drift_.bound_ppm) / 1e6 : kDriftNsPerNs;
}

int64_t ClockOffset::BoundOf(const Sample& sample, int64_t now_ns) const {
  const auto age_ns = static_cast<double>(std::max<int64_t>(now_ns - sample.at_ns, 0));
  // Rounded up: a bound may be too wide, never too narrow.
  return (sample.round_trip_ns + 1) / 2 + static_cast<int64_t>(age_ns * ageing_ns_per_ns_) + 1;
}

const ClockOffset::Sample& ClockOffset::Best(int64_t now_ns) const {
  return *std::min_element(samples_.begin(), samples_.end(),
                           [this, now_ns](const Sample& a, const Sample& b) {
                             return BoundOf(a, now_ns) < BoundOf(b, now_ns);
                           });
}

int64_t ClockOffset::offset_ns(int64_t now_controller_ns) const {
  return known() ? Best(now_controller_ns).offset_ns : 0;
}

int64_t ClockOffset::bound_ns(int64_t now_controller_ns) const {
  return BoundOf(Best(now_controller_ns), now_controller_ns);
}

int64_t ClockOffset::round_trip_ns() const {
  if (!known()) return 0;
  return std::min_element(
             samples_.begin(), samples_.end(),
             [](const Sample& a, const Sample& b) { return a.round_trip_ns < b.round_trip_ns; })
      ->round_trip_ns;
}

}  // namespace monsoon
