#include "controller/io/hub/hub_context.h"

#include <time.h>

namespace monsoon {
namespace {

constexpr timespec kWaitSlice = {.tv_sec = 0, .tv_nsec = 100'000'000};

}  // namespace

bool WaitSeconds(const HubContext& context, int64_t seconds) {
  const int64_t end_ns = context.clock->MonotonicNs() + seconds * kNsPerS;
  while (context.keep_going()) {
    if (context.clock->MonotonicNs() >= end_ns) return true;
    nanosleep(&kWaitSlice, nullptr);
  }
  return false;
}

}  // namespace monsoon
