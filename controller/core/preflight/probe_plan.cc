#include "controller/core/preflight/probe_plan.h"

#include <algorithm>
#include <utility>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

bool SameEngine(const AgentCase& a, const AgentCase& b) {
  return a.engine == b.engine && a.model == b.model && a.sampling == b.sampling;
}

void Cap(std::optional<int64_t>& tokens) {
  if (tokens) tokens = std::min(*tokens, kMaxProbeTokens);
}

}  // namespace

std::vector<size_t> CasesToProbe(const std::vector<AgentCase>& cases) {
  std::vector<size_t> distinct;
  for (size_t i = 0; i < cases.size(); ++i) {
    const bool known = std::any_of(distinct.begin(), distinct.end(), [&](size_t earlier) {
      return SameEngine(cases[earlier], cases[i]);
    });
    if (!known) distinct.push_back(i);
  }
  return distinct;
}

ProbeOrder MakeProbeOrder(AgentCase agent_case, Item item, uint32_t probe_index) {
  ProbeOrder order;
  order.probe_index = probe_index;
  order.request_id = ProbeRequestId(agent_case.run_id, probe_index);
  const Timeouts& timeouts = agent_case.timeouts;
  order.time_limit_ns = std::min(
      agent_case.sampling.stream ? timeouts.first_token_ns : timeouts.total_ns, kMaxProbeLimitNs);
  Cap(agent_case.sampling.max_tokens);
  Cap(agent_case.sampling.min_tokens);
  item.output_tokens = std::min(item.output_tokens, kMaxProbeTokens);
  agent_case.concurrency = 1;
  agent_case.open_loop.reset();
  order.agent_case = std::move(agent_case);
  order.item = std::move(item);
  return order;
}

std::string ProbeRequestId(const std::string& run_id, uint32_t probe_index) {
  return StrCat(run_id, ".preflight.", probe_index);
}

}  // namespace monsoon
