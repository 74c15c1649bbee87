#include "agent/io/http/run_delay.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstring>
#include <utility>

namespace monsoon {

RunDelay::RunDelay() : file_(open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC)) {
  last_ns_ = ReadNs();
}

int64_t RunDelay::TakeNs() {
  const int64_t now_ns = ReadNs();
  return now_ns - std::exchange(last_ns_, now_ns);
}

int64_t RunDelay::ReadNs() const {
  std::array<char, 96> text;
  const ssize_t size = pread(file_.get(), text.data(), text.size(), 0);
  if (size <= 0) return last_ns_;
  const char* end = text.data() + size;
  const void* space = std::memchr(text.data(), ' ', static_cast<size_t>(size));
  int64_t delay_ns = 0;
  if (space == nullptr) return last_ns_;
  const auto parsed = std::from_chars(static_cast<const char*>(space) + 1, end, delay_ns);
  return parsed.ec == std::errc() ? delay_ns : last_ns_;
}

}  // namespace monsoon
