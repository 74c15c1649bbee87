#include "agent/io/log/logger.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <utility>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

void WriteLine(int fd, const std::string& line) {
  for (size_t written = 0; written < line.size();) {
    const ssize_t count = write(fd, line.data() + written, line.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    written += static_cast<size_t>(count);
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

void Logger::Run() {
  while (const std::optional<std::string> line = lines_.Pop()) WriteLine(fd_, *line);
}

}  // namespace monsoon
