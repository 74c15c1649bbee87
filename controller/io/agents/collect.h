// Fetches what a run left on an agent after its controller died (the Collect call of
// proto/monsoon/v1/agent.proto).
//
// Blocking; any thread, one agent in each. Whatever a sink has taken it must keep for ever: the
// agent deletes a session once OnSessionEnd said OK.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "controller/core/run/agent_link.h"
#include "controller/io/agents/agent_target.h"

namespace monsoon {

struct SpooledSession {
  std::string instance_id;
  uint64_t epoch = 0;
  std::string hostname;
  uint64_t last_sequence = 0;  // of all its batches; 0: there was none
  uint64_t acknowledged = 0;   // up to this one they were acknowledged before, and do not come
};

// An error from any of these ends the collecting; what has not been acknowledged stays there.
class CollectSink {
 public:
  virtual ~CollectSink() = default;
  virtual absl::Status OnRecords(const SpooledSession& session, RecordsEvent batch) = 0;
  virtual absl::Status OnCaseDone(const SpooledSession& session, CaseDoneEvent done) = 0;
  // Everything of the session has come. OK: all of it is committed, the agent may delete it.
  virtual absl::Status OnSessionEnd(const SpooledSession& session) = 0;
};

struct CollectOutcome {
  enum class Kind {
    kCollected,
    kNothing,  // nothing of that run is there
    kBusy      // the dead controller's lease still holds, or another one collects
  };
  Kind kind = Kind::kNothing;
  int64_t sessions = 0;
  int64_t retry_after_ns = 0;  // of kBusy
  std::string message;         // of kNothing and kBusy: the agent's words
};

// UNAVAILABLE when nobody answers or the stream breaks (try again), FAILED_PRECONDITION for any
// other refusal, else the sink's error.
absl::StatusOr<CollectOutcome> CollectFrom(const AgentTarget& target, const std::string& run_id,
                                           CollectSink& sink);

}  // namespace monsoon
