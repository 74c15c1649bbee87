#include "agent/core/engine/adapter_registry.h"

#include <algorithm>

#include "agent/core/engine/openai_chat.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

using Factory = absl::StatusOr<std::unique_ptr<EngineAdapter>> (*)(const AgentCase&);

// Rows: type, and the names of min_tokens, ignore_eos, top_k, repetition_penalty.
constexpr OpenAiDialect kOpenAi = {"openai", "", "", "", ""};
constexpr OpenAiDialect kVllm = {"vllm", "min_tokens", "ignore_eos", "top_k", "repetition_penalty"};
constexpr OpenAiDialect kLmdeploy = {"lmdeploy", "min_new_tokens", "ignore_eos", "top_k",
                                     "repetition_penalty"};

template <const OpenAiDialect& dialect>
absl::StatusOr<std::unique_ptr<EngineAdapter>> MakeOpenAiChat(const AgentCase& agent_case) {
  return OpenAiChat::Create(dialect, agent_case);
}

struct Row {
  std::string_view type;
  Factory make;
};

constexpr Row kRows[] = {
    {"openai", &MakeOpenAiChat<kOpenAi>},
    {"vllm", &MakeOpenAiChat<kVllm>},
    {"lmdeploy", &MakeOpenAiChat<kLmdeploy>},
};

}  // namespace

absl::StatusOr<std::unique_ptr<EngineAdapter>> MakeEngineAdapter(const AgentCase& agent_case) {
  const std::string& type = agent_case.engine.type;
  const auto row = std::find_if(std::begin(kRows), std::end(kRows),
                                [&](const Row& r) { return r.type == type; });
  if (row != std::end(kRows)) return row->make(agent_case);
  std::string known;
  for (const Row& each : kRows) known += StrCat(known.empty() ? "" : ", ", each.type);
  return absl::UnimplementedError(StrCat("this agent does not know engine type \"", type,
                                         "\"; it knows ", known,
                                         ". Is the agent older than the controller?"));
}

}  // namespace monsoon
