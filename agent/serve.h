// The life of an agent program: it listens, serves runs, and takes its leave when it is told to.
#pragma once

#include <signal.h>

#include "absl/status/statusor.h"

#include "agent/io/config/agent_flags.h"

namespace monsoon {

// What Serve() would refuse before it begins: addresses and networks that are none.
absl::Status CheckFlags(const AgentFlags& flags);

// Serves until one of `signals`, which are blocked in all threads, then drains; a second signal
// ends what is in flight at once. The exit status: 0 after a drain, 1 after a second signal. An
// error, with a sentence, when it cannot begin.
absl::StatusOr<int> Serve(const AgentFlags& flags, const sigset_t& signals);

}  // namespace monsoon
