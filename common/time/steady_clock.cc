#include "common/time/steady_clock.h"

#include <time.h>

namespace monsoon {
namespace {

int64_t ReadNs(clockid_t id) {
  timespec now{};
  clock_gettime(id, &now);
  return now.tv_sec * kNsPerS + now.tv_nsec;
}

}  // namespace

int64_t SteadyClock::MonotonicNs() const { return ReadNs(CLOCK_MONOTONIC); }
int64_t SteadyClock::WallNs() const { return ReadNs(CLOCK_REALTIME); }
int64_t SteadyClock::RawNs() const { return ReadNs(CLOCK_MONOTONIC_RAW); }

}  // namespace monsoon
