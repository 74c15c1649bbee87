// Which engines of a run are probed before any load, and with what. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/model/probe.h"

namespace monsoon {

// A probe's answer is asked to be no longer than this: what can be wrong shows in its beginning.
// (OpenAI's Responses API takes no less.)
inline constexpr int64_t kMaxProbeTokens = 16;
inline constexpr int64_t kMaxProbeLimitNs = 60 * kNsPerS;

// The first case of each distinct engine, as positions in `cases`: those whose requests go to
// another place, with another key, model or sampling parameter than all before them.
std::vector<size_t> CasesToProbe(const std::vector<AgentCase>& cases);

// The request of `agent_case` for `item`, the first of its plan, with kMaxProbeTokens at most. The
// time limit is the case's for a first token (for the whole answer, without streaming), at most
// kMaxProbeLimitNs.
ProbeOrder MakeProbeOrder(AgentCase agent_case, Item item, uint32_t probe_index);

// "<run_id>.preflight.<index>".
std::string ProbeRequestId(const std::string& run_id, uint32_t probe_index);

}  // namespace monsoon
