#include "controller/core/preflight/read_gets.h"

#include <string>

#include <nlohmann/json.hpp>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

using Json = nlohmann::json;

// The limits that servers tell, wherever they stand among the members looked at.
constexpr const char* kLimits[] = {"max_model_len",        "max_total_tokens",
                                   "max_input_tokens",     "max_input_length",
                                   "context_length",       "max_total_num_tokens",
                                   "max_running_requests", "max_concurrent_requests",
                                   "total_slots",          "n_ctx"};

std::string Text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

void ReadLimits(const Json& object, EngineFacts& facts) {
  for (const char* const key : kLimits) {
    const auto found = object.find(key);
    if (found != object.end() && found->is_number_integer()) {
      facts.limits[key] = found->get<int64_t>();
    }
  }
}

void ReadVersion(const Json& answer, EngineFacts& facts) {
  facts.version = Text(answer, "version");
  if (facts.version.empty()) facts.version = Text(answer, "build_info");  // llama.cpp
  ReadLimits(answer, facts);
  const auto settings = answer.find("default_generation_settings");  // llama.cpp
  if (settings != answer.end() && settings->is_object()) ReadLimits(*settings, facts);
  // TGI serves one model and says so here.
  if (const std::string model = Text(answer, "model_id"); !model.empty()) facts.models = {model};
}

void ReadModel(const Json& model, EngineFacts& facts) {
  if (!model.is_object()) return;
  std::string name = Text(model, "id");
  if (name.empty()) name = Text(model, "name");  // Ollama
  if (name.empty()) return;
  if (facts.models.empty() || name == facts.model) {
    facts.owned_by = Text(model, "owned_by");
    ReadLimits(model, facts);
  }
  facts.models.push_back(std::move(name));
}

void ReadModels(const Json& answer, EngineFacts& facts) {
  // llama.cpp sends both.
  const char* const key = answer.contains("data") ? "data" : "models";
  const auto list = answer.find(key);
  if (list == answer.end() || !list->is_array()) return;
  facts.models.clear();
  for (const Json& model : *list) ReadModel(model, facts);
}

}  // namespace

void ReadGets(const std::vector<ProbeGet>& gets, EngineFacts& facts) {
  for (const ProbeGet& get : gets) {
    if (get.kind == EngineGetKind::kHealth && get.http_status != 0) {
      facts.health = get.http_status == 200 ? "ok" : StrCat("HTTP ", get.http_status);
    }
    if (get.http_status != 200) continue;
    const Json answer = Json::parse(get.body, nullptr, /*allow_exceptions=*/false);
    if (!answer.is_object()) continue;
    if (get.kind == EngineGetKind::kVersion) ReadVersion(answer, facts);
    if (get.kind == EngineGetKind::kModels) ReadModels(answer, facts);
  }
}

}  // namespace monsoon
