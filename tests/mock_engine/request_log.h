// What was asked of the engine: method and target of every request, a line each, in the order they
// came. For tests that must know that nothing else was sent.
//
// Every line is in the file when Add() returns. Safe from any thread.
#pragma once

#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

namespace monsoon::mock_engine {

class RequestLog {
 public:
  // Creates or empties the file.
  static absl::StatusOr<std::unique_ptr<RequestLog>> Open(const std::string& path);

  void Add(std::string_view method, std::string_view target) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  explicit RequestLog(std::ofstream file) : file_(std::move(file)) {}

  absl::Mutex mutex_;
  std::ofstream file_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace monsoon::mock_engine
