// A library to be preloaded into a program under test: its wall clock, and nothing else, is set by
// as much as a file says, at the moment at which that is written there.
//
//   LD_PRELOAD=step_clock.so STEP_CLOCK_FILE=step.bin agent ...
//
// The file holds one int64 in ns, of this machine's byte order, and is mapped at the start; without
// it nothing changes. Only clock_gettime is replaced: that is what Clock, std::chrono and Abseil
// ask. The real clock of the machine is left alone, which no other program would forgive.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

namespace {

constexpr int64_t kNsPerS = 1'000'000'000;

volatile const int64_t* MapStep() {
  const char* const path = std::getenv("STEP_CLOCK_FILE");
  if (path == nullptr) return nullptr;
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return nullptr;
  void* const page = mmap(nullptr, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
  close(file);
  return page == MAP_FAILED ? nullptr : static_cast<volatile const int64_t*>(page);
}

// Before that constructor has run, clocks are asked already.
volatile const int64_t* g_step_ns = nullptr;
[[gnu::constructor]] void Begin() { g_step_ns = MapStep(); }

}  // namespace

extern "C" int clock_gettime(clockid_t id, timespec* now) noexcept {
  const auto status = static_cast<int>(syscall(SYS_clock_gettime, id, now));
  if (status != 0 || g_step_ns == nullptr) return status;
  if (id != CLOCK_REALTIME && id != CLOCK_REALTIME_COARSE) return status;
  const int64_t set_ns = now->tv_sec * kNsPerS + now->tv_nsec + *g_step_ns;
  now->tv_sec = set_ns / kNsPerS;
  now->tv_nsec = set_ns % kNsPerS;
  return 0;
}
