#include "common/model/engine_type.h"

#include <algorithm>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr SamplingParameter kParameters[] = {
    {"max_tokens", &ParameterNames::max_tokens,
     [](const Sampling& s) { return s.max_tokens.has_value(); }},
    {"min_tokens", &ParameterNames::min_tokens,
     [](const Sampling& s) { return s.min_tokens.has_value(); }},
    {"temperature", &ParameterNames::temperature,
     [](const Sampling& s) { return s.temperature.has_value(); }},
    {"top_p", &ParameterNames::top_p, [](const Sampling& s) { return s.top_p.has_value(); }},
    {"top_k", &ParameterNames::top_k, [](const Sampling& s) { return s.top_k.has_value(); }},
    {"stop", &ParameterNames::stop, [](const Sampling& s) { return !s.stop.empty(); }},
    {"seed", &ParameterNames::seed, [](const Sampling& s) { return s.seed.has_value(); }},
    // An engine without ignore_eos never ignores it: false asks for nothing.
    {"ignore_eos", &ParameterNames::ignore_eos,
     [](const Sampling& s) { return s.ignore_eos.value_or(false); }},
    {"frequency_penalty", &ParameterNames::frequency_penalty,
     [](const Sampling& s) { return s.frequency_penalty.has_value(); }},
    {"presence_penalty", &ParameterNames::presence_penalty,
     [](const Sampling& s) { return s.presence_penalty.has_value(); }},
    {"repetition_penalty", &ParameterNames::repetition_penalty,
     [](const Sampling& s) { return s.repetition_penalty.has_value(); }},
};

// The end of a route's path that tells it from the type's others: behind {model} or /v1, without
// the query.
std::string_view PathTail(std::string_view path) {
  constexpr std::string_view kModel = "{model}";
  constexpr std::string_view kVersion = "/v1";
  path = path.substr(0, path.find('?'));
  if (const size_t model = path.find(kModel); model != std::string_view::npos) {
    const std::string_view tail = path.substr(model + kModel.size());
    return tail.empty() ? path.substr(0, model) : tail;
  }
  if (const size_t version = path.find(kVersion); version != std::string_view::npos) {
    return path.substr(version + kVersion.size());
  }
  return path;
}

// The length of `path`'s tail if `url_path` ends with it (or, for one that ends with {model},
// has it before its last segment); else 0.
size_t MatchLength(std::string_view path, std::string_view url_path) {
  const std::string_view tail = PathTail(path);
  if (tail.empty()) return 0;
  if (tail.back() == '/') url_path = url_path.substr(0, url_path.rfind('/') + 1);
  return url_path.ends_with(tail) ? tail.size() : 0;
}

std::string WhatToDo(const EngineRoute& route, std::string_view parameter) {
  if (route.dialect == Dialect::kCustom)
    return "; leave it out and write it into the engine's body";
  if (parameter == "ignore_eos" && !route.parameters.min_tokens.empty()) {
    return "; leave it out and set min_tokens to max_tokens instead, which gives answers the same "
           "length";
  }
  return "; leave it out, name the engine's own type if this is another one, or set it in "
         "engine.extra_body if this server knows it";
}

}  // namespace

bool TakesRawPrompt(Dialect dialect) {
  switch (dialect) {
    case Dialect::kChat:
    case Dialect::kResponses:
    case Dialect::kMessages:
    case Dialect::kOllamaChat:
    case Dialect::kDashscope:
    case Dialect::kRerank:
    case Dialect::kTeiRerank:
      return false;
    default:
      return true;
  }
}

bool TakesChat(Dialect dialect) {
  return !TakesRawPrompt(dialect) && dialect != Dialect::kRerank && dialect != Dialect::kTeiRerank;
}

bool TakesItem(Dialect dialect, ItemKind kind) {
  switch (dialect) {
    case Dialect::kRerank:
    case Dialect::kTeiRerank:
      return kind == ItemKind::kRerank || kind == ItemKind::kBody;
    case Dialect::kEmbeddings:
      return kind == ItemKind::kTexts || kind == ItemKind::kPrompt || kind == ItemKind::kBody;
    case Dialect::kCustom:
      return kind == ItemKind::kPrompt || kind == ItemKind::kMessages;
    default:
      return kind == ItemKind::kPrompt || kind == ItemKind::kMessages || kind == ItemKind::kBody;
  }
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

const EngineRoute* FindEngineRoute(std::string_view type, std::string_view route) {
  const EngineType* const engine = FindEngineType(type);
  if (engine == nullptr) return nullptr;
  if (route.empty()) return &engine->routes.front();
  for (const EngineRoute& each : engine->routes) {
    if (each.name == route) return &each;
  }
  return nullptr;
}

std::vector<std::string> EngineRouteNames(const EngineType& type) {
  std::vector<std::string> names;
  for (const EngineRoute& route : type.routes) names.emplace_back(route.name);
  return names;
}

const EngineRoute& InferEngineRoute(const EngineType& type, std::string_view url_path) {
  const EngineRoute* best = &type.routes.front();
  size_t best_length = 0;
  for (const EngineRoute& route : type.routes) {
    const size_t length = std::max(MatchLength(route.path, url_path),
                                   MatchLength(route.path_without_stream, url_path));
    if (length <= best_length) continue;
    best = &route;
    best_length = length;
  }
  return *best;
}

std::span<const SamplingParameter> SamplingParameters() { return kParameters; }

Sampling FitSampling(const EngineRoute& route, Sampling sampling) {
  const Sampling defaults;
  if (!route.streams) sampling.stream = false;
  if (route.parameters.max_tokens.empty() && sampling.max_tokens == defaults.max_tokens) {
    sampling.max_tokens.reset();
  }
  if (route.parameters.temperature.empty() && sampling.temperature == defaults.temperature) {
    sampling.temperature.reset();
  }
  return sampling;
}

absl::Status CheckSampling(std::string_view type, std::string_view route_name,
                           const Sampling& sampling) {
  const EngineRoute* const route = FindEngineRoute(type, route_name);
  if (route == nullptr) return absl::OkStatus();
  for (const SamplingParameter& parameter : SamplingParameters()) {
    const bool lacks = (route->parameters.*parameter.engine_name).empty();
    if (!lacks || !parameter.asked(sampling)) continue;
    return absl::InvalidArgumentError(StrCat("engine type \"", type, "\", route ", route->name,
                                             ", has no parameter ", parameter.name,
                                             WhatToDo(*route, parameter.name)));
  }
  return absl::OkStatus();
}

}  // namespace monsoon
