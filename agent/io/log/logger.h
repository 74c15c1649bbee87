// Logger: writes log entries to a file descriptor, one write(2) for each line (of up to PIPE_BUF
// bytes), so that lines of several threads and processes do not mix.
//
// Thread-safe. Write() never waits for whoever reads the log: a thread of the logger does, and
// lines that come while very many are waiting are left out and counted. The destructor writes the
// rest, unless nobody reads it for a second.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "agent/core/operate/log_entry.h"
#include "common/concurrency/blocking_queue.h"
#include "common/time/clock.h"

namespace monsoon {

// Whether systemd's journal reads this descriptor (JOURNAL_STREAM, systemd.exec(5)).
bool IsJournal(int fd);

class Logger {
 public:
  static constexpr size_t kMaxWaitingLines = 4096;

  // `clock` outlives the logger, and `fd` stays open.
  Logger(int fd, LogLevel level, LogStyle style, const Clock* clock);
  ~Logger();
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;

  // Entries below the level are dropped. What cannot be written is lost: there is nobody to tell.
  void Write(const LogEntry& entry) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Run();
  // False: nobody reads, and the logger is to end.
  bool WriteLine(const std::string& line);

  const int fd_;
  const LogLevel level_;
  const LogStyle style_;
  const Clock& clock_;
  BlockingQueue<std::string> lines_;
  std::atomic<bool> closing_{false};
  absl::Mutex mutex_;
  uint64_t left_out_ ABSL_GUARDED_BY(mutex_) = 0;
  std::thread thread_;
};

}  // namespace monsoon
