#include "controller/io/run/time_zero.h"

#include <fstream>
#include <string>

namespace monsoon {
namespace {

std::string BootId() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

}  // namespace

TimeZero TakeTimeZero(const Clock& clock) {
  return {.boot_id = BootId(), .monotonic_ns = clock.MonotonicNs(), .wall_ns = clock.WallNs()};
}

ContinuedZero ContinueTimeZero(const TimeZero& zero, const Clock& clock) {
  const TimeZero now = TakeTimeZero(clock);
  const bool same_boot =
      !zero.boot_id.empty() && zero.boot_id == now.boot_id && zero.monotonic_ns <= now.monotonic_ns;
  if (same_boot) return {.monotonic_ns = zero.monotonic_ns, .exact = true};
  return {.monotonic_ns = now.monotonic_ns - (now.wall_ns - zero.wall_ns), .exact = false};
}

}  // namespace monsoon
