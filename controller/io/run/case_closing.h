// Closing a case whose controller died: every request of its plan gets its row, and its facts say
// what is missing and why.
//
// Blocking; the database's thread, after everything was collected that can be.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "controller/core/report/run_facts.h"
#include "controller/io/run/run_session.h"
#include "controller/io/run/spool_collector.h"

namespace monsoon {

struct ClosingInputs {
  const CaseInputs* inputs = nullptr;  // of the case of the scenario that this one is an attempt at
  CaseSpec plan_spec;                  // that case
  std::vector<AgentCollection> collections;
  int64_t last_sign_wall_ns = 0;  // of the dead controller
};

// Whether anything was, or may have been, sent: otherwise the case can be run as if it had never
// begun.
absl::StatusOr<bool> HasStarted(const CaseFacts& facts, RunDb& db);

// REQUIRES: HasStarted. Requests without a record: not sent, when every agent told the end of the
// case (then no agent ever had them), or when they were above the mark; else lost.
absl::Status CloseCase(const ClosingInputs& closing, RunSession& session, CaseFacts& facts);

// Notes the prompts of a case that was run before, by what was handed out, so that the share of
// repeated ones is right in the cases that follow.
absl::Status ReplayPrompts(const CaseInputs& inputs, RunSession& session, const CaseFacts& facts);

}  // namespace monsoon
