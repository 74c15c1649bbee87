// What the engine really did, one line per chat request: the truth that a client's measurements
// are compared with.
//
// Add() may be called from any loop's thread and only copies the row; a thread of the log, of low
// priority, writes rows to the file every 50 ms. The destructor writes what is left. Stamps are
// CLOCK_MONOTONIC in nanoseconds, 0 where the thing never happened.
#pragma once

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

namespace monsoon::mock_engine {

struct RequestTruth {
  std::string request_id;      // header x-request-id
  uint64_t connection = 0;     // counted from 1 in the order of accepting
  int64_t received_ns = 0;     // its last byte reached the kernel
  int64_t headers_ns = 0;      // just before the write of the status line
  int64_t first_token_ns = 0;  // just before the write that completes the first token's event
  int64_t last_token_ns = 0;   // the same for the last token that was sent
  int64_t end_ns = 0;          // after the last bytes were written, or the connection was lost
  int64_t tokens = 0;          // sent
  int64_t prompt_tokens = 0;
  int status = 0;
  std::string_view outcome = "ok";      // ok, client_closed, rejected, stopped, fault:KIND; static
  int64_t first_token_lateness_ns = 0;  // actual - scripted time of the write
  int64_t max_lateness_ns = 0;          // over all token events
};

// The header line, with its line end.
std::string_view TruthHeader();

// Appends one line, with its line end. A request id is quoted where CSV asks for it.
void AppendTruthLine(const RequestTruth& truth, std::string* out);

class TruthLog {
 public:
  // Creates or empties the file and writes the header.
  static absl::StatusOr<std::unique_ptr<TruthLog>> Open(const std::string& path);
  ~TruthLog();

  void Add(RequestTruth truth) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  explicit TruthLog(std::ofstream file);

  void WriteUntilClosed() ABSL_LOCKS_EXCLUDED(mutex_);
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return closed_ || !rows_.empty(); }

  absl::Mutex mutex_;
  std::vector<RequestTruth> rows_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::ofstream file_;  // the writer's alone
  std::thread writer_;
};

}  // namespace monsoon::mock_engine
