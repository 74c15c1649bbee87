#include "controller/io/agents/weighted_target.h"

#include <map>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/core/scenario/agent_entry.h"

namespace monsoon {

absl::StatusOr<std::vector<WeightedTarget>> ResolveWeightedAgents(
    const std::vector<std::string>& texts, const AgentSecurity& security) {
  std::vector<WeightedTarget> all;
  std::map<std::string, std::string> known;  // gRPC's address -> as it was written
  for (const std::string& text : texts) {
    ASSIGN_OR_RETURN(const AgentEntry entry, ParseAgentArgument(text));
    ASSIGN_OR_RETURN(std::vector<AgentTarget> targets, ResolveAgents(entry.address));
    RETURN_IF_ERROR(SecureAgents(security, targets));
    for (const AgentTarget& target : targets) {
      const auto [place, is_new] = known.emplace(target.grpc, entry.address);
      if (!is_new) {
        return absl::InvalidArgumentError(
            StrCat("agents ", place->second, " and ", entry.address, " are the same one (",
                   target.grpc, "); name each agent once, with a weight if it is to get more"));
      }
      all.push_back({target, entry.weight});
    }
  }
  return all;
}

}  // namespace monsoon
