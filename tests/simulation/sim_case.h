// SimCase: the load of one case on a simulated agent: what the case runner and its load threads do
// (agent/io/http), against a simulated engine and under the real CaseControl and OpenLoopGate.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/core/load/case_control.h"
#include "common/model/agent_case.h"
#include "common/model/request_record.h"
#include "controller/core/run/agent_link.h"
#include "tests/simulation/sim_engine.h"
#include "tests/simulation/sim_flaws.h"
#include "tests/simulation/sim_process.h"

namespace monsoon {

class SimCase : public std::enable_shared_from_this<SimCase> {
 public:
  // `record` gets each finished record. `lease_until_ns`: on the agent's clock.
  SimCase(AgentCase agent_case, SimProcess* process, SimEngine* engine, std::string instance,
          int64_t lease_until_ns, const SimFlaws& flaws, std::function<void(RequestRecord)> record);

  int32_t index() const { return case_.case_index; }
  void RenewLease(int64_t until_ns) { control_.RenewLease(process_.clock_ns(), until_ns); }
  void Start(int64_t start_at_ns);
  void Take(const std::vector<WorkEntry>& entries);
  std::vector<uint64_t> GiveBack(uint64_t count);
  void Resize(int64_t concurrency);
  void Finish() { control_.NoMoreWork(); }
  void Stop(StopMode mode);
  // What the agent does every few milliseconds. True once the case has ended.
  bool Turn();
  ProgressEvent progress() const;
  bool gave_up() const { return gave_up_; }
  int64_t queued() const { return static_cast<int64_t>(queue_.size()); }

 private:
  bool MaySend();
  void Dispatch();
  void Due(uint64_t request_index);
  void Schedule(const WorkEntry& entry);
  void Send(uint64_t request_index);
  void Answered(uint64_t request_index);
  void Finished(uint64_t request_index, RequestStatus status, uint32_t flags = 0);
  void Settle();

  AgentCase case_;
  SimProcess& process_;
  SimEngine& engine_;
  const std::string instance_;
  const SimFlaws& flaws_;
  const std::function<void(RequestRecord)> record_;
  CaseControl control_;
  std::deque<WorkEntry> queue_;
  std::map<uint64_t, size_t> in_flight_;  // to its line in the engine's log
  int64_t start_ns_ = CaseControl::kNotStarted;
  int64_t received_ = 0;
  int64_t started_ = 0;
  int64_t finished_ = 0;
  bool gave_up_ = false;
};

}  // namespace monsoon
