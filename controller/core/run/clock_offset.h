// ClockOffset: how far an agent's monotonic clock is from the controller's, from four-timestamp
// pings.
//
// Each ping gives an interval that contains the true offset for certain, however asymmetric the
// route: offset +- (round trip - time spent in the agent) / 2 (Cristian 1989). The one with the
// shortest round trip wins; as it ages, its bound grows by the drift that two quartz clocks can
// have, or, once a worse one is measured for certain, by the most that this one can be. Pure.
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

// Rate of the agent's clock against the controller's, in parts per million; + is faster.
struct ClockDrift {
  double ppm = 0;
  double bound_ppm = 0;  // the true one is within this of ppm; 0: not known yet

  // Exact enough to be worth telling: two quartz clocks are some 30 ppm apart.
  bool useful() const { return bound_ppm > 0 && bound_ppm <= 20; }
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
  // Over the window: from the best ping of its oldest third to the best of its newest third. Both
  // ends are intervals, so the bound is certain too.
  ClockDrift drift() const { return drift_; }

 private:
  struct Sample {
    int64_t offset_ns;
    int64_t round_trip_ns;
    int64_t at_ns;  // controller's clock
  };
  int64_t BoundOf(const Sample& sample, int64_t now_ns) const;
  const Sample& Best(int64_t now_ns) const;
  void MeasureDrift();

  std::deque<Sample> samples_;
  ClockDrift drift_;
  double ageing_ns_per_ns_ = kDriftNsPerNs;
};

}  // namespace monsoon
