// WorkAllocator: hands the requests of a closed loop to agents against credits, in order, and moves
// what is queued in the wrong place near the end (design section 6).
//
// Each agent is kept at its share plus a prefetch that covers the larger of one second of work and
// two round trips, so a slow controller delays nobody; and not much more, because a lost agent's
// queue is lost with it. Nobody's rate is known in the first second: the prefetch is generous then,
// and what turns out to be twice too much is called back. When the plan is used up, agents that run
// dry are filled with work that is called back from agents that still have some queued; so the
// global concurrency stands until there is nothing left to start. Pure: it speaks to AgentLinks
// only.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "absl/status/status.h"

#include "controller/core/run/allocator.h"
#include "controller/core/run/work_sender.h"

namespace monsoon {

class WorkAllocator final : public Allocator {
 public:
  // `source` and `agents` outlive the allocator; agents do not change their positions.
  WorkAllocator(int32_t case_index, WorkSource* source, std::vector<AgentState>* agents);

  // Hands out what credits allow and calls back what is needed elsewhere.
  absl::Status Allocate(int64_t since_start_ns) override;
  void TakeBack(size_t agent, const std::vector<uint64_t>& request_indices) override;
  void SharesChanged() override {}  // they are looked at each time
  void Stop() override { stopped_ = true; }
  bool exhausted() const override {
    return stopped_ || (next_ == source_.total() && returned_.empty());
  }
  IndexRanges NotHandedOut() const override;

 private:
  int64_t Target(const AgentState& agent) const;
  AgentState* Neediest();
  void CallBackSurplus();
  void CallBackForOthers();
  static void CallBack(AgentState& agent, int64_t count);

  WorkSource& source_;
  std::vector<AgentState>& agents_;
  WorkSender sender_;
  uint64_t next_ = 0;              // first request of the plan that was never handed out
  std::deque<uint64_t> returned_;  // called back, waiting for another agent
  bool settled_ = false;           // the agents' rates are known
  bool stopped_ = false;
};

}  // namespace monsoon
