// CaseLoss: an agent that did not carry a case to its end, and the sentence that says exactly what
// is missing because of it. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "controller/core/run/agent_state.h"

namespace monsoon {

struct CaseLoss {
  size_t agent = 0;            // index in the case
  int64_t after_start_ns = 0;  // when it was known
  std::string reason;
  bool aborted = false;     // the case was stopped because of it, or was ending anyway
  int64_t others = 0;       // agents that went on
  int64_t concurrency = 0;  // that they carried from then on, together
};

// Why a case is incomplete: a sentence, or an agent's loss, whose extent is known at the end.
using IncompleteReason = std::variant<std::string, CaseLoss>;

// What the case asked for.
struct AskedLoad {
  int64_t concurrency = 0;  // open loop: max_in_flight
  bool open = false;
};

// "agent load2:7070 was lost 12.3 s after the start (...): 37 requests that it held are lost; the
// other 3 agents did the rest at concurrency 96 of 128". `last`: nothing else ended the case early.
std::string LossSentence(const CaseLoss& loss, const AgentState& agent, const AskedLoad& asked,
                         bool last);

// After late records of an agent that was lost: its LossSentence, if it is among `sentences`, says
// `after` instead of `before` lost requests.
void CorrectLoss(const std::string& agent, int64_t before, int64_t after,
                 std::vector<std::string>& sentences);

}  // namespace monsoon
