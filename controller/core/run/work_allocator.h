// WorkAllocator: hands a case's requests to agents against credits, in order, and moves what is
// queued in the wrong place near the end (design section 6).
//
// Each agent is kept at its share plus a prefetch that covers the larger of one second of work and
// two round trips, so a slow controller delays nobody. When the plan is used up, agents that run
// dry are filled with work that is called back from agents that still have some queued; so the
// global concurrency stands until there is nothing left to start. Pure: it speaks to AgentLinks
// only.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "absl/status/status.h"

#include "controller/core/run/agent_state.h"
#include "controller/core/run/work_source.h"

namespace monsoon {

class WorkAllocator {
 public:
  // `source` and `agents` outlive the allocator; agents do not change their positions.
  WorkAllocator(int32_t case_index, WorkSource* source, std::vector<AgentState>* agents);

  // Hands out what credits allow and calls back what is needed elsewhere. An error is one of the
  // source (the dataset changed, for example).
  absl::Status Allocate();
  // An agent gave entries back.
  void TakeBack(size_t agent, const std::vector<uint64_t>& request_indices);
  // Nothing will be handed out any more.
  void Stop() { stopped_ = true; }

  // Every request of the plan was handed out for good, or the allocator was stopped.
  bool exhausted() const { return stopped_ || (next_ == source_.total() && returned_.empty()); }
  // Requests that no agent has and nobody reported, in order.
  std::vector<uint64_t> NotHandedOut() const;
  uint64_t next() const { return next_; }

 private:
  int64_t Target(const AgentState& agent) const;
  AgentState* Neediest();
  absl::Status HandOut(AgentState& agent, uint64_t request_index);
  void Flush();
  void CallBack();

  const int32_t case_index_;
  WorkSource& source_;
  std::vector<AgentState>& agents_;
  uint64_t next_ = 0;              // first request of the plan that was never handed out
  std::deque<uint64_t> returned_;  // called back, waiting for another agent
  std::map<AgentState*, std::vector<WorkEntry>> pending_;  // of this Allocate()
  bool stopped_ = false;
};

}  // namespace monsoon
