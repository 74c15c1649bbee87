// SimEngine: the engine of a simulation, and its log: which request came when, from whom, and
// whether it was answered. The truth that the run's books are compared with.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulation/virtual_time.h"

namespace monsoon {

class SimEngine {
 public:
  struct Line {
    int32_t case_index;
    uint64_t request_index;
    std::string instance;  // of the agent that sent it
    int64_t sent_ns;
    bool answered = false;
    bool broken_off = false;
  };

  SimEngine(VirtualTime* time, std::mt19937_64* random, int64_t mean_ns)
      : time_(*time), random_(*random), mean_ns_(mean_ns) {}

  // A request arrives; `answer` is called once it is answered, unless it was broken off. Returns
  // its line in the log.
  size_t Send(int32_t case_index, uint64_t request_index, std::string instance,
              std::function<void()> answer) {
    const size_t line = log_.size();
    log_.push_back({case_index, request_index, std::move(instance), time_.now_ns()});
    ++in_flight_;
    std::uniform_real_distribution<double> spread(0.5, 1.5);
    const auto took_ns = static_cast<int64_t>(static_cast<double>(mean_ns_) * spread(random_));
    time_.After(took_ns, [this, line, answer = std::move(answer)] {
      if (log_[line].broken_off) return;
      --in_flight_;
      log_[line].answered = true;
      answer();
    });
    return line;
  }
  // The client went away.
  void BreakOff(size_t line) {
    if (log_[line].answered || log_[line].broken_off) return;
    log_[line].broken_off = true;
    --in_flight_;
  }

  const std::vector<Line>& log() const { return log_; }
  int64_t in_flight() const { return in_flight_; }

 private:
  VirtualTime& time_;
  std::mt19937_64& random_;
  const int64_t mean_ns_;
  std::vector<Line> log_;
  int64_t in_flight_ = 0;
};

}  // namespace monsoon
