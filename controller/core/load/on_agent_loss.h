// What happens when an agent is lost in the middle of a case. Pure.
#pragma once

#include <string_view>

namespace monsoon {

enum class OnAgentLoss {
  kContinue,  // the others do the rest of the case
  kAbort      // the case is stopped, and the run ends
};

// "continue", "abort".
constexpr std::string_view OnAgentLossName(OnAgentLoss on_agent_loss) {
  return on_agent_loss == OnAgentLoss::kAbort ? "abort" : "continue";
}

}  // namespace monsoon
