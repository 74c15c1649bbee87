// RetryPlan: whether a download that broke off is tried again, and after how long. Pure.
//
// An attempt that brought bytes forgives those before it, so that a long download over a bad line
// goes on as long as it gets anywhere; five in a row that brought nothing end it. The server's own
// wish (Retry-After) goes before the growing waits of 1, 2, 4, 8 s, but not beyond five minutes.
#pragma once

#include <cstdint>
#include <optional>

namespace monsoon {

class RetryPlan {
 public:
  static constexpr int kMaxBarrenAttempts = 5;
  static constexpr int kMaxAttempts = 100;
  static constexpr int64_t kMaxAskedWaitS = 300;

  // `asked_wait_s`: what the server asked for; nullopt when it did not. Returns the seconds to wait
  // before the next attempt, or nullopt: give up.
  std::optional<int64_t> AfterFailure(bool brought_bytes, std::optional<int64_t> asked_wait_s);

 private:
  int attempts_ = 0;
  int barren_ = 0;
};

// Statuses after which another attempt makes sense: 408, 425, 429, 500, 502, 503, 504.
bool IsTransientStatus(int status);

}  // namespace monsoon
