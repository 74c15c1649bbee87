#include "common/model/engine_type.h"

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

bool Asks(const Sampling& sampling, std::string_view parameter) {
  if (parameter == "min_tokens") return sampling.min_tokens.has_value();
  if (parameter == "top_k") return sampling.top_k.has_value();
  if (parameter == "repetition_penalty") return sampling.repetition_penalty.has_value();
  // An engine without ignore_eos never ignores it: false asks for nothing.
  return parameter == "ignore_eos" && sampling.ignore_eos.value_or(false);
}

}  // namespace

const std::vector<EngineType>& EngineTypes() {
  static const auto& types = *new std::vector<EngineType>{
      {"openai",
       "/v1/chat/completions",
       "any server of the OpenAI chat completions route",
       {"min_tokens", "ignore_eos", "top_k", "repetition_penalty"}},
      {"vllm", "/v1/chat/completions", "vLLM's OpenAI server, chat completions", {}},
      {"lmdeploy", "/v1/chat/completions", "LMDeploy's api_server, chat completions", {}},
  };
  return types;
}

const EngineType* FindEngineType(std::string_view name) {
  for (const EngineType& type : EngineTypes()) {
    if (type.name == name) return &type;
  }
  return nullptr;
}

std::vector<std::string> EngineTypeNames() {
  std::vector<std::string> names;
  for (const EngineType& type : EngineTypes()) names.emplace_back(type.name);
  return names;
}

absl::Status CheckSampling(std::string_view engine_type, const Sampling& sampling) {
  const EngineType* type = FindEngineType(engine_type);
  if (type == nullptr) return absl::OkStatus();
  for (const std::string_view parameter : type->lacks) {
    if (!Asks(sampling, parameter)) continue;
    return absl::InvalidArgumentError(
        StrCat("engine type \"", engine_type, "\" has no parameter ", parameter,
               "; leave it out, name the engine's own type (vllm, lmdeploy), or set it in "
               "engine.extra_body if this server knows it"));
  }
  return absl::OkStatus();
}

}  // namespace monsoon
