// Clock: where the time comes from. Code that needs the time is handed one (or is handed the time
// itself); only the mains construct a SteadyClock, and tests use a FakeClock.
//
// Two time lines are kept apart on purpose:
//   - monotonic ns (CLOCK_MONOTONIC): every duration and every deadline. Never compared between
//     machines without the offset that the controller measures.
//   - wall ns (CLOCK_REALTIME since 1970): printed in reports, never subtracted.
#pragma once

#include <cstdint>

namespace monsoon {

inline constexpr int64_t kNsPerUs = 1'000;
inline constexpr int64_t kNsPerMs = 1'000'000;
inline constexpr int64_t kNsPerS = 1'000'000'000;

inline constexpr double ToSeconds(int64_t ns) { return static_cast<double>(ns) / kNsPerS; }

// Thread-safe: every method may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual int64_t MonotonicNs() const = 0;
  virtual int64_t WallNs() const = 0;
  // CLOCK_MONOTONIC_RAW: the hardware's own rate, only to check the monotonic clock's against.
  virtual int64_t RawNs() const = 0;
};

}  // namespace monsoon
