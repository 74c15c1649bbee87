// Allocator: who hands a case's requests to the agents, and when. Two laws: WorkAllocator
// (work_allocator.h) against credits in a closed loop, OpenLoopAllocator (open_loop_allocator.h)
// ahead of the times at which they are due. Used by the coordinator, from its thread. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"

#include "controller/core/run/index_range.h"

namespace monsoon {

class Allocator {
 public:
  // Of items and work that an agent has not yet received: no more is handed to it meanwhile, so
  // that a route that is slow or broken costs the controller no more memory than this.
  static constexpr int64_t kMaxBacklogBytes = 32 << 20;

  virtual ~Allocator() = default;

  // Hands out what is due to be handed out. `since_start_ns`: since the case's common start, 0
  // before it. An error is one of the source (the dataset changed, for example).
  virtual absl::Status Allocate(int64_t since_start_ns) = 0;
  // These entries will not be sent by that agent.
  virtual void TakeBack(size_t agent, const std::vector<uint64_t>& request_indices) = 0;
  // An agent works no more, and shares have grown.
  virtual void SharesChanged() = 0;
  // Nothing will be handed out any more.
  virtual void Stop() = 0;

  // Every request of the plan was handed out for good, or the allocator was stopped.
  virtual bool exhausted() const = 0;
  // Requests that no agent has and nobody reported.
  virtual IndexRanges NotHandedOut() const = 0;
};

}  // namespace monsoon
