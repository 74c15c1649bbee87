// The engine's batch limit: so many requests run, the others wait in the order they came.
//
// Pure bookkeeping over the caller's keys. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>

namespace monsoon::mock_engine {

class SlotQueue {
 public:
  // `slots` 0: no limit.
  explicit SlotQueue(int64_t slots) : limit_(slots) {}

  // True: `key` has a slot. False: it waits.
  bool Acquire(uint64_t key) {
    if (limit_ > 0 && used_ >= limit_) {
      waiting_.push_back(key);
      return false;
    }
    ++used_;
    return true;
  }

  // Gives a slot back; the longest waiting request, if any, has it now.
  std::optional<uint64_t> Release() {
    if (waiting_.empty()) {
      --used_;
      return std::nullopt;
    }
    const uint64_t next = waiting_.front();
    waiting_.pop_front();
    return next;
  }

  // Takes a waiting request out of the queue.
  void Cancel(uint64_t key) {
    waiting_.erase(std::remove(waiting_.begin(), waiting_.end(), key), waiting_.end());
  }

  int64_t used() const { return used_; }

 private:
  int64_t limit_;
  int64_t used_ = 0;
  std::deque<uint64_t> waiting_;
};

}  // namespace monsoon::mock_engine
