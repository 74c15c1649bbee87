// Due times and whom they are for, earliest first: a binary heap.
//
// There is no cancelling: the owner remembers the time it waits for and ignores every other one,
// which costs less than finding entries in a heap. Nothing is allocated once the heap has reached
// its working size. Times are nanoseconds on whatever clock the caller reads. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace monsoon::mock_engine {

class TimerQueue {
 public:
  struct Entry {
    int64_t due_ns;
    uint64_t key;  // the caller's
  };

  TimerQueue() { heap_.reserve(4096); }

  bool empty() const { return heap_.empty(); }

  // Call only when not empty().
  const Entry& top() const { return heap_.front(); }

  void Push(int64_t due_ns, uint64_t key) {
    heap_.push_back({due_ns, key});
    std::push_heap(heap_.begin(), heap_.end(), Later);
  }

  // Removes the earliest entry into `*entry` if it is due; false if none is.
  bool PopDue(int64_t now_ns, Entry* entry) {
    if (heap_.empty() || heap_.front().due_ns > now_ns) return false;
    *entry = heap_.front();
    std::pop_heap(heap_.begin(), heap_.end(), Later);
    heap_.pop_back();
    return true;
  }

 private:
  static bool Later(const Entry& a, const Entry& b) { return a.due_ns > b.due_ns; }

  std::vector<Entry> heap_;
};

}  // namespace monsoon::mock_engine
