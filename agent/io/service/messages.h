// The messages that an agent answers with: Pong, Progress while a case runs, CaseDone at its end.
#pragma once

#include <cstdint>
#include <string>

#include "agent/io/http/case_runner.h"
#include "common/time/clock.h"
#include "monsoon/v1/agent.pb.h"

namespace monsoon {

// To be called as soon as the Ping was read.
v1::Pong MakePong(const v1::Ping& ping, const Clock& clock);

// `received`: work entries that have arrived for the case.
v1::Progress MakeProgress(const CaseRunner& runner, uint64_t received);

// CPU time that this process has used so far, in all its threads.
double ProcessCpuSeconds();

struct CaseEnd {
  uint64_t last_sequence = 0;
  double cpu_seconds = 0;  // of the process, during the case
  std::string gave_up;     // why this agent ended the case by itself; "": it did not
};
// `facts`: of the joined load threads.
v1::CaseDone MakeCaseDone(const CaseRunner& runner, const LoopFacts& facts, const CaseEnd& end);

}  // namespace monsoon
