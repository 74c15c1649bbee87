// VirtualTime: the clock of a simulation, which jumps from one event to the next. Events of one
// moment happen in the order in which they were asked for. One thread; ns.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

namespace monsoon {

class VirtualTime {
 public:
  int64_t now_ns() const { return now_ns_; }
  void At(int64_t at_ns, std::function<void()> action) {
    events_.push({std::max(at_ns, now_ns_), order_++, std::move(action)});
  }
  void After(int64_t delay_ns, std::function<void()> action) {
    At(now_ns_ + delay_ns, std::move(action));
  }
  // One event; false: there is none.
  bool Step() {
    if (events_.empty()) return false;
    Event event = events_.top();
    events_.pop();
    now_ns_ = event.at_ns;
    event.action();
    return true;
  }

 private:
  struct Event {
    int64_t at_ns;
    uint64_t order;
    std::function<void()> action;
    bool operator>(const Event& other) const {
      return at_ns != other.at_ns ? at_ns > other.at_ns : order > other.order;
    }
  };
  int64_t now_ns_ = 1'000'000'000;
  uint64_t order_ = 0;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
};

}  // namespace monsoon
