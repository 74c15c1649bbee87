// FirstSend: when an agent dispatched its first request of a case; and SkewOf: how far apart the
// agents were in that. Pure. Stamps are since the case's common start.
#pragma once

#include <cstdint>
#include <span>

#include "common/model/request_record.h"

namespace monsoon {

class FirstSend {
 public:
  // In any order.
  void Take(const RequestRecord& record);

  bool known() const { return dispatched_ns_ != kNever; }
  int64_t dispatched_ns() const { return dispatched_ns_; }
  // After the moment that the plan had for it: the start in a closed loop, in an open one the time
  // at which that request was due.
  int64_t after_plan_ns() const { return dispatched_ns_ - planned_ns_; }

 private:
  int64_t dispatched_ns_ = kNever;
  int64_t planned_ns_ = 0;
};

// The latest minus the earliest, each after its plan; kNever with fewer than two.
int64_t SkewOf(std::span<const FirstSend> first_sends);

}  // namespace monsoon
