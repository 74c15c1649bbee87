// SimProcess: a process of a simulation: it has a clock of its own, and can be stopped, continued
// and killed. Whatever happens to it (a message, a timer, an answer) goes through Guard(): what
// comes while it stands still waits, and what was meant for a dead one is dropped.
//
// When it goes on, messages and timers that waited run in their own order, but mixed at random: a
// real process gives no promise which of its threads is first.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <random>
#include <utility>

#include "tests/simulation/virtual_time.h"

namespace monsoon {

class SimProcess {
 public:
  enum class Kind { kMessage = 0, kTimer = 1 };

  // Its clock runs at 1 + drift times the true rate, and shows `offset_ns` more.
  SimProcess(VirtualTime* time, std::mt19937_64* random, int64_t offset_ns, double drift)
      : time_(*time), random_(*random), offset_ns_(offset_ns), drift_(drift) {}

  int64_t clock_ns() const {
    return time_.now_ns() + offset_ns_ +
           static_cast<int64_t>(static_cast<double>(time_.now_ns()) * drift_);
  }
  bool alive() const { return alive_; }
  bool stopped() const { return stopped_; }
  int life() const { return life_; }  // counts its starts

  std::function<void()> Guard(Kind kind, std::function<void()> action) {
    return [this, kind, life = life_, action = std::move(action)] {
      if (!alive_ || life != life_) return;
      if (!stopped_) return action();
      parked_[static_cast<size_t>(kind)].push_back([this, life, action] {
        if (alive_ && life == life_) action();
      });
    };
  }
  // When its clock shows `at_ns`.
  void AtClock(int64_t at_ns, std::function<void()> action) {
    const auto left_ns =
        static_cast<int64_t>(static_cast<double>(at_ns - clock_ns()) / (1 + drift_));
    time_.After(std::max<int64_t>(left_ns + 1, 0), Guard(Kind::kTimer, std::move(action)));
  }
  void AfterClock(int64_t delay_ns, std::function<void()> action) {
    AtClock(clock_ns() + delay_ns, std::move(action));
  }

  void Stop() { stopped_ = alive_; }
  void Continue() {
    if (!stopped_) return;
    stopped_ = false;
    while (!stopped_ && (!parked_[0].empty() || !parked_[1].empty())) {
      size_t which = std::uniform_int_distribution<size_t>(0, 1)(random_);
      if (parked_[which].empty()) which = 1 - which;
      const std::function<void()> action = std::move(parked_[which].front());
      parked_[which].pop_front();
      action();
    }
  }
  void Kill() {
    alive_ = stopped_ = false;
    for (auto& waiting : parked_) waiting.clear();
  }
  void StartAgain() {
    alive_ = true;
    ++life_;
  }

 private:
  VirtualTime& time_;
  std::mt19937_64& random_;
  const int64_t offset_ns_;
  const double drift_;
  bool alive_ = true;
  bool stopped_ = false;
  int life_ = 1;
  std::deque<std::function<void()>> parked_[2];
};

}  // namespace monsoon
