#include "agent/core/engine/adapter_registry.h"

#include <algorithm>

#include "absl/strings/str_join.h"

#include "agent/core/engine/dialect/anthropic_messages.h"
#include "agent/core/engine/dialect/custom_adapter.h"
#include "agent/core/engine/dialect/embeddings.h"
#include "agent/core/engine/dialect/native_chat.h"
#include "agent/core/engine/dialect/openai_chat.h"
#include "agent/core/engine/dialect/openai_completions.h"
#include "agent/core/engine/dialect/openai_responses.h"
#include "agent/core/engine/dialect/raw_adapter.h"
#include "agent/core/engine/dialect/rerank.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

using Factory = absl::StatusOr<std::unique_ptr<EngineAdapter>> (*)(const EngineType&,
                                                                   const EngineRoute&,
                                                                   const AgentCase&);

struct Row {
  Dialect dialect;
  Factory make;
};

constexpr Row kRows[] = {
    {Dialect::kChat, &MakeJsonAdapter<OpenAiChat>},
    {Dialect::kCompletions, &MakeJsonAdapter<OpenAiCompletions>},
    {Dialect::kResponses, &MakeJsonAdapter<OpenAiResponses>},
    {Dialect::kMessages, &MakeJsonAdapter<AnthropicMessages>},
    {Dialect::kEmbeddings, &MakeJsonAdapter<Embeddings>},
    {Dialect::kRerank, &MakeJsonAdapter<Rerank>},
    {Dialect::kTeiRerank, &MakeJsonAdapter<Rerank>},
    {Dialect::kTritonEnsemble, &MakeJsonAdapter<RawAdapter>},
    {Dialect::kTritonLlmApi, &MakeJsonAdapter<RawAdapter>},
    {Dialect::kTritonVllm, &MakeJsonAdapter<RawAdapter>},
    {Dialect::kTgi, &MakeJsonAdapter<RawAdapter>},
    {Dialect::kLmdeploy, &MakeJsonAdapter<RawAdapter>},
    {Dialect::kSglang, &MakeJsonAdapter<RawAdapter>},
    {Dialect::kLlamaCpp, &MakeJsonAdapter<RawAdapter>},
    {Dialect::kOllamaChat, &MakeJsonAdapter<OllamaChat>},
    {Dialect::kOllamaGenerate, &MakeJsonAdapter<OllamaGenerate>},
    {Dialect::kMiiGenerate, &MakeJsonAdapter<RawAdapter>},
    {Dialect::kMiiGateway, &MakeJsonAdapter<RawAdapter>},
    {Dialect::kDashscope, &MakeJsonAdapter<Dashscope>},
    {Dialect::kCustom, &MakeJsonAdapter<CustomAdapter>},
};

absl::Status Unknown(std::string_view what, const std::vector<std::string>& known) {
  return absl::UnimplementedError(StrCat("this agent does not know ", what, "; it knows ",
                                         absl::StrJoin(known, ", "),
                                         ". Is the agent older than the controller?"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<EngineAdapter>> MakeEngineAdapter(const AgentCase& agent_case) {
  const EngineTarget& target = agent_case.engine;
  const EngineType* const type = FindEngineType(target.type);
  if (type == nullptr) {
    return Unknown(StrCat("engine type \"", target.type, "\""), EngineTypeNames());
  }
  const EngineRoute* const route = FindEngineRoute(target.type, target.route);
  const auto row = std::find_if(std::begin(kRows), std::end(kRows), [route](const Row& each) {
    return route != nullptr && each.dialect == route->dialect;
  });
  if (row == std::end(kRows)) {
    return Unknown(StrCat("route \"", target.route, "\" of engine type \"", target.type, "\""),
                   EngineRouteNames(*type));
  }
  return row->make(*type, *route, agent_case);
}

}  // namespace monsoon
