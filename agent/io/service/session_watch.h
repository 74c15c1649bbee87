// SessionWatch: what one session tells the agent's observer (agent/core/operate/agent_observer.h).
//
// Tick(), Collected() and Ended() belong to the session's monitor; the rest to any thread that is
// no load thread.
#pragma once

#include <cstdint>
#include <string>

#include "agent/core/operate/agent_observer.h"
#include "agent/io/http/case_runner.h"

namespace monsoon {

class SessionWatch {
 public:
  // `observer` outlives the watch.
  SessionWatch(AgentObserver* observer, std::string run_id)
      : observer_(*observer), run_id_(std::move(run_id)) {}

  void Prepared(const CaseRunner& runner);
  void Rejected(int32_t case_index, const std::string& error);
  void Started(int32_t case_index, int64_t starts_in_ns);

  void Collected(const RequestRecord& record) { tally_.Add(record); }
  // `live` is filled in from `runner`, which is nullptr between cases.
  void Tick(SessionLive session, const CaseRunner* runner);
  void SpillFailed(const std::string& error, bool lost);
  void RunEnded(const std::string& reason, int64_t left_bytes);
  void Ended(const CaseRunner& runner, const LoopFacts& facts, const std::string& gave_up);

 private:
  LoadCounts Counts(const CaseRunner& runner) const;

  AgentObserver& observer_;
  const std::string run_id_;
  RequestTally tally_;  // of the case
};

}  // namespace monsoon
