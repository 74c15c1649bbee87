// WorkSender: the last step of handing out a request, common to all allocators: the item goes ahead
// if the agent lacks it, the entry follows in a batch, and the agent's books are kept. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "absl/status/statusor.h"

#include "controller/core/run/agent_state.h"
#include "controller/core/run/work_source.h"

namespace monsoon {

class WorkSender {
 public:
  // `source` outlives the sender.
  WorkSender(int32_t case_index, WorkSource* source) : case_index_(case_index), source_(*source) {}

  // Returns the size of the request's item. An error is one of the source; then the request was
  // not handed out.
  absl::StatusOr<int64_t> HandOut(AgentState& agent, uint64_t request_index);
  // Sends what was collected. To be called before the control returns to anybody else.
  void Flush();

 private:
  const int32_t case_index_;
  WorkSource& source_;
  std::map<AgentState*, std::vector<WorkEntry>> pending_;
};

}  // namespace monsoon
