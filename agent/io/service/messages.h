// The messages that an agent answers with: Welcome or Refusal to Hello, Pong, Progress while a case
// runs, CaseDone at its end.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"

#include "agent/core/session/session_registry.h"
#include "agent/io/http/case_runner.h"
#include "agent/io/service/agent_options.h"
#include "common/time/clock.h"
#include "monsoon/v1/agent.pb.h"

namespace monsoon {

// INVALID_ARGUMENT for a run that this agent must not take: its id becomes part of every request's
// x-request-id, and its lease is how long this agent goes on without hearing from anybody.
absl::Status CheckHello(const v1::Hello& hello);

// What this agent is and can do; the session's part of it is the caller's.
v1::Welcome MakeWelcome(const AgentOptions& options);

// The refusal that the registry's verdict asks for. REQUIRES: it is one.
v1::Refusal MakeRefusal(const SessionRegistry::Verdict& verdict);
v1::Refusal MakeRefusal(v1::Refusal::Code code, std::string message);
// To a controller of another protocol version.
v1::Refusal MakeVersionRefusal(const std::string& controller_version, uint32_t protocol_version);

// To be called as soon as the Ping was read.
v1::Pong MakePong(const v1::Ping& ping, const Clock& clock);

// `received`: work entries that have arrived for the case.
v1::Progress MakeProgress(const CaseRunner& runner, uint64_t received);

// CPU time that this process has used so far, in all its threads.
double ProcessCpuSeconds();

struct CaseEnd {
  double cpu_seconds = 0;  // of the process, during the case
  std::string gave_up;     // why this agent ended the case by itself; "": it did not
};
// All but last_sequence. `facts`: of the joined load threads.
v1::CaseDone MakeCaseDone(const CaseRunner& runner, const LoopFacts& facts, const CaseEnd& end);

}  // namespace monsoon
