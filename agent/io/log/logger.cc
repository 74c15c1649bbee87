#include "agent/io/log/logger.h"

#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <utility>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

// How long the last lines may wait for a reader that does not read.
constexpr int kLastWordsMs = 1000;

// False when `closing` and nobody reads. What is writable takes up to PIPE_BUF bytes without
// waiting.
bool AwaitReader(int fd, const std::atomic<bool>& closing) {
  pollfd ready{.fd = fd, .events = POLLOUT, .revents = 0};
  for (;;) {
    const bool last_words = closing.load(std::memory_order_acquire);
    const int count = poll(&ready, 1, kLastWordsMs);
    if (count > 0) return true;
    if (count == 0 && last_words) return false;
    if (count < 0 && errno != EINTR) return false;
  }
}

}  // namespace

bool IsJournal(int fd) {
  const char* const stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || fstat(fd, &status) != 0) return false;
  return StrCat(status.st_dev, ":", status.st_ino) == stream;
}

Logger::Logger(int fd, LogLevel level, LogStyle style, const Clock* clock)
    : fd_(fd), level_(level), style_(style), clock_(*clock), thread_([this] { Run(); }) {}

Logger::~Logger() {
  closing_.store(true, std::memory_order_release);
  lines_.Close();
  thread_.join();
}

void Logger::Write(const LogEntry& entry) {
  if (entry.level < level_) return;
  const int64_t now_ns = clock_.WallNs();
  absl::MutexLock lock(&mutex_);
  if (lines_.size() >= kMaxWaitingLines) {
    ++left_out_;
    return;
  }
  if (left_out_ > 0) {
    const LogEntry gap{
        LogLevel::kWarning, "lines_left_out", {{"lines", std::exchange(left_out_, 0)}}};
    lines_.Push(FormatLogLine(gap, now_ns, style_));
  }
  lines_.Push(FormatLogLine(entry, now_ns, style_));
}

bool Logger::WriteLine(const std::string& line) {
  for (size_t written = 0; written < line.size();) {
    if (!AwaitReader(fd_, closing_)) return false;
    const size_t size = std::min<size_t>(line.size() - written, PIPE_BUF);
    const ssize_t count = write(fd_, line.data() + written, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return true;  // lost: there is nobody to tell
    written += static_cast<size_t>(count);
  }
  return true;
}

void Logger::Run() {
  while (const std::optional<std::string> line = lines_.Pop()) {
    if (!WriteLine(*line)) return;
  }
}

}  // namespace monsoon
