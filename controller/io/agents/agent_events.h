// Control messages of an agent as the run's events (controller/core/run/agent_link.h).
//
// Pure; any thread.
#pragma once

#include "absl/status/statusor.h"

#include "controller/core/run/agent_link.h"
#include "monsoon/v1/agent.pb.h"

namespace monsoon {

// The event of any message but a Pong, whose time of arrival is part of it. An error is half a
// sentence about what makes no sense in it.
absl::StatusOr<decltype(AgentEvent::body)> ToEvent(const v1::ControlResponse& response);

// DATA_LOSS when a histogram in it cannot be read.
absl::StatusOr<CaseDoneEvent> ToEvent(const v1::CaseDone& done);
ProgressEvent ToEvent(const v1::Progress& progress);

}  // namespace monsoon
