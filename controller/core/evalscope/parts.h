// The parts of a translation (translate.h), in the order of a scenario's keys. Each reads its flags
// and adds its lines to the draft. Pure; one thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "controller/core/evalscope/scenario_draft.h"

namespace monsoon {

// What --query-template says besides the prompt, taken apart by TakeTemplate().
struct TemplateParts {
  nlohmann::ordered_json sampling = nlohmann::ordered_json::object();  // by our names
  nlohmann::ordered_json extra = nlohmann::ordered_json::object();     // goes into extra_body
  // Of a raw engine (Triton): the template itself; the two above are empty then.
  std::string custom;
};

// Which engine of ours stands for --api and --url.
struct EngineChoice {
  std::string type;
  std::string route;   // "" where the URL or the type says it
  std::string url;     // completed as EvalScope does, without secrets
  std::string remark;  // why this type
  std::string url_remark;
  std::string url_comment;  // lines before it; "" for none
  // Sends parameters as members of the body, under the names that EvalScope gives them.
  bool takes_members() const { return type != "triton" && type != "dashscope"; }
};

// The URL's path is that of Triton's generate extension.
bool IsTritonUrl(std::string_view url);

EngineChoice ChooseEngine(ScenarioDraft& draft);

// Reads --query-template; `custom`: it is kept whole, as the body of `type: custom`.
TemplateParts TakeTemplate(bool custom, ScenarioDraft& draft);

// Whether the command's engine is one whose request is the template and nothing else.
bool IsCustomEngine(const EvalscopeCommand& command);

// Whether --api or the end of --url says embeddings or rerank: no text is generated, so that a
// scenario may say nothing about it.
bool GeneratesNoText(const EvalscopeCommand& command);

void AddModel(ScenarioDraft& draft);
void AddDataset(ScenarioDraft& draft);
// --parallel, --number, --rate, --duration, --warmup-num, --sleep-interval.
void AddLoad(ScenarioDraft& draft);
void AddEngine(const EngineChoice& choice, const TemplateParts& parts, ScenarioDraft& draft);
void AddSampling(const EngineChoice& choice, const TemplateParts& parts, ScenarioDraft& draft);
void AddTimeouts(ScenarioDraft& draft);

}  // namespace monsoon
