// OpenLoopAllocator: hands out the requests of an open loop ahead of the times at which they are
// due, each to the agent whose turn it is (controller/core/load/sharding.h), so that the shares are
// fixed, disjoint, and together the plan.
//
// How far ahead: the agents' lease and half as much again. An agent that hears nothing for the
// lease stops sending by itself, so a controller that is slow, or stands still for less than the
// lease, delays no send at all. The lead is shorter where an agent could not keep that much:
// Limits.max_queued_work entries, and item_cache_bytes of prompts in them.
//
// There are no credits, and nothing is recalled: what the lead has given away stays where it is.
// When it is the turn of an agent that is suspected, everybody waits, because it may be back at
// once; when the lead has fallen to kShortLeadNs, its turns go to the others. A lost agent has no
// more turns. Pure: it speaks to AgentLinks only.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "controller/core/load/sharding.h"
#include "controller/core/run/allocator.h"
#include "controller/core/run/work_sender.h"

namespace monsoon {

class OpenLoopAllocator final : public Allocator {
 public:
  static constexpr int64_t LeadNs(int64_t lease_ns) { return lease_ns + lease_ns / 2; }
  static constexpr int64_t kShortLeadNs = 2'000'000'000;

  // `source` and `agents` outlive the allocator; agents do not change their positions, and their
  // shares are set. REQUIRES: one share is > 0.
  OpenLoopAllocator(int32_t case_index, WorkSource* source, std::vector<AgentState>* agents,
                    int64_t lease_ns);

  absl::Status Allocate(int64_t since_start_ns) override;
  void TakeBack(size_t, const std::vector<uint64_t>&) override {}  // nothing was asked for
  void SharesChanged() override;
  void Stop() override { stopped_ = true; }
  bool exhausted() const override { return stopped_ || next_ == source_.total(); }
  IndexRanges NotHandedOut() const override { return MakeRanges({}, {next_, source_.total()}); }

 private:
  // What an agent has been handed and not yet taken up, oldest first.
  struct Queue {
    std::deque<int64_t> item_bytes;
    int64_t bytes = 0;
    int64_t taken = 0;
  };
  bool HasRoom(size_t agent);
  // Who is to have the next request, due after `ahead_ns`; nullopt: nobody just now.
  std::optional<size_t> Choose(int64_t ahead_ns);
  bool AnyTrusted() const;

  WorkSource& source_;
  std::vector<AgentState>& agents_;
  WorkSender sender_;
  const int64_t lead_ns_;
  Turns turns_;
  std::vector<Queue> queues_;
  uint64_t next_ = 0;  // first request of the plan that was not handed out
  bool stopped_ = false;
};

}  // namespace monsoon
