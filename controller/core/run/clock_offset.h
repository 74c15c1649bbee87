// ClockOffset: how far an agent's monotonic clock is from the controller's, from four-timestamp
// pings.
//
// Each ping gives an interval that contains the true offset for certain, however asymmetric the
// route: offset +- (round trip - time spent in the agent) / 2 (Cristian 1989). The one with the
// shortest round trip wins; as it ages, its bound grows by the drift that two quartz clocks can
// have. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

namespace monsoon {

struct PingTimes {
  int64_t sent_controller_ns = 0;
  int64_t received_agent_ns = 0;
  int64_t sent_agent_ns = 0;
  int64_t received_controller_ns = 0;
};

class ClockOffset {
 public:
  // Two oscillators that are each off by up to 15 ppm (RFC 5905's PHI).
  static constexpr double kDriftNsPerNs = 30e-6;
  static constexpr size_t kWindow = 64;  // pings remembered

  void Add(const PingTimes& ping);

  bool known() const { return !samples_.empty(); }
  // Agent's clock minus the controller's; 0 while unknown.
  int64_t offset_ns(int64_t now_controller_ns) const;
  // The true offset is within this of offset_ns. REQUIRES: known().
  int64_t bound_ns(int64_t now_controller_ns) const;
  // The shortest round trip seen in the window; 0 while unknown.
  int64_t round_trip_ns() const;

 private:
  struct Sample {
    int64_t offset_ns;
    int64_t round_trip_ns;
    int64_t at_ns;  // controller's clock
  };
  static int64_t BoundOf(const Sample& sample, int64_t now_ns);
  const Sample& Best(int64_t now_ns) const;

  std::deque<Sample> samples_;
};

}  // namespace monsoon
