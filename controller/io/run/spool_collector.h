// SpoolCollector: gets the records that a run left on its agents into the run's database, each
// once, and says what became of each agent.
//
// Blocking: waits until the dead controller's lease has run out everywhere, and a while for agents
// that do not answer. One thread for each agent; the database is used by one at a time. Nothing is
// acknowledged before it is committed, so that it can be broken off at any moment and done again.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

#include "controller/io/agents/collect.h"
#include "controller/io/run/run_session.h"

namespace monsoon {

// What became of one agent.
struct AgentCollection {
  std::string name;
  int64_t records = 0;  // that were new
  int64_t sessions = 0;
  std::string failure;  // a sentence; empty: it gave what it had, maybe nothing
};

class SpoolCollector {
 public:
  // `cases`: all that the database has; what an agent says of the end of one is added to its facts,
  // there and in the database. Both outlive the collector.
  SpoolCollector(RunSession* session, std::vector<CaseFacts>* cases);

  // From all of them at once. An error is the database's, or CANCELLED after a signal.
  absl::StatusOr<std::vector<AgentCollection>> Collect(const std::vector<AgentTarget>& targets);

 private:
  class Sink;

  void CollectFromOne(const AgentTarget& target, AgentCollection& result);
  // Waits for what the agent said; false when it is to be given up.
  bool WaitFor(const AgentTarget& target, const CollectOutcome& busy, int64_t since_ns);
  void Sleep(int64_t duration_ns) const;
  bool Interrupted() const;
  void Fail(const absl::Status& status);

  absl::Status TakeRecords(const AgentInfo& agent, RecordsEvent batch, AgentCollection& result);
  absl::Status TakeCaseDone(const AgentInfo& agent, const CaseDoneEvent& done);
  // Who ran that session, by the name that the database has: it may be reached in another way now.
  AgentInfo WhoRan(const SpooledSession& spooled, const std::string& reached_as);
  void CountTokens(const CaseFacts& facts, RecordsEvent& batch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  CaseFacts* FindCase(int32_t case_index) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  RunSession& session_;
  mutable absl::Mutex mutex_;
  std::vector<CaseFacts>& cases_ ABSL_GUARDED_BY(mutex_);
  int32_t counting_case_ ABSL_GUARDED_BY(mutex_) = -1;
  absl::Status error_ ABSL_GUARDED_BY(mutex_);  // of the database
};

// The case of the scenario that `facts` is an attempt at.
int32_t ScenarioCaseOf(const std::vector<CaseFacts>& cases, const CaseFacts& facts);

}  // namespace monsoon
