// QueuedBytes: how much memory the bodies in a work queue take, by what goes in alone, so that the
// load threads, which take them out, need not count.
//
// Pure. Belongs to the one thread that fills the queue. Requests leave in the order in which they
// came, so those that are still there are the latest ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

namespace monsoon {

class QueuedBytes {
 public:
  static constexpr int64_t kLimit = int64_t{4} << 30;

  explicit QueuedBytes(int64_t limit = kLimit) : limit_(limit) {}

  // Before a body of `bytes` is added to a queue that now holds `size`: whether it may be.
  bool Add(size_t size, size_t bytes) {
    while (sizes_.size() > size) {
      total_ -= sizes_.front();
      sizes_.pop_front();
    }
    const auto more = static_cast<int64_t>(bytes);
    if (more > limit_ - total_) return false;
    sizes_.push_back(more);
    total_ += more;
    return true;
  }

 private:
  const int64_t limit_;
  std::deque<int64_t> sizes_;
  int64_t total_ = 0;
};

}  // namespace monsoon
