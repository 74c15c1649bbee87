// The engines' own words for why generation stopped (wire-protocol reference, section 8.1).
#include <array>
#include <utility>

#include "agent/core/engine/response_sink.h"

namespace monsoon {
namespace {

constexpr std::array<std::string_view, 8> kNames = {"",       "stop",  "length", "tool_calls",
                                                    "filter", "abort", "error",  "other"};

constexpr std::pair<std::string_view, FinishReason> kWords[] = {
    {"stop", FinishReason::kStop},
    {"length", FinishReason::kLength},
    {"tool_calls", FinishReason::kToolCalls},
    {"content_filter", FinishReason::kFilter},
    {"abort", FinishReason::kAbort},
    {"error", FinishReason::kError},
    {"", FinishReason::kNone},
    {"null", FinishReason::kNone},
    {"none", FinishReason::kNone},
    {"None", FinishReason::kNone},  // Python's, from vllm_backend
    {"eos", FinishReason::kStop},
    {"eos_token", FinishReason::kStop},
    {"end_turn", FinishReason::kStop},
    {"stop_sequence", FinishReason::kStop},
    {"word", FinishReason::kStop},
    {"matched", FinishReason::kStop},
    {"limit", FinishReason::kLength},
    {"max_tokens", FinishReason::kLength},
    {"max_output_tokens", FinishReason::kLength},
    {"model_context_window_exceeded", FinishReason::kLength},
    {"LENGTH", FinishReason::kLength},
    {"tool_use", FinishReason::kToolCalls},
    {"function_call", FinishReason::kToolCalls},
    {"refusal", FinishReason::kFilter},
    {"cancelled", FinishReason::kAbort},
    {"parse_error", FinishReason::kError},
    {"failed", FinishReason::kError},
};

}  // namespace

std::string_view FinishReasonName(FinishReason reason) {
  return kNames[static_cast<size_t>(reason)];
}

FinishReason NormaliseFinishReason(std::string_view raw) {
  for (const auto& [word, reason] : kWords) {
    if (word == raw) return reason;
  }
  return FinishReason::kOther;
}

}  // namespace monsoon
