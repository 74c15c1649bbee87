#include "common/model/engine_type.h"

namespace monsoon {

const std::vector<EngineType>& EngineTypes() {
  static const auto& types = *new std::vector<EngineType>{
      {"openai", "/v1/chat/completions", "any server of the OpenAI chat completions route"},
      {"vllm", "/v1/chat/completions", "vLLM's OpenAI server, chat completions"},
      {"lmdeploy", "/v1/chat/completions", "LMDeploy's api_server, chat completions"},
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

}  // namespace monsoon
