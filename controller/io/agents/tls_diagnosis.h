// Why no connection with an agent comes about, when the reason is TLS. gRPC only says that it does
// not; so the handshake is done once more, by hand, and the reason becomes a sentence for the user.
#pragma once

#include <string>

#include "controller/io/agents/agent_target.h"

namespace monsoon {

// Blocks for a few round trips, 6 s at most. "" when nobody listens there, or nothing is wrong with
// TLS. Otherwise the whole sentence, beginning with the agent's name.
std::string DiagnoseTls(const AgentTarget& target);

}  // namespace monsoon
