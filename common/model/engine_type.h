// The engine types that a scenario can name, and the routes of each: where requests go, what their
// JSON looks like (the dialect), and what the engine calls each sampling parameter. One table
// (engine_table.cc) serves both programs: the controller checks a scenario against it, the agent
// chooses the adapter (agent/core/engine/adapter_registry.h) and maps parameters by it.
//
// Facts are from the wire-protocol reference, sections 3 and 4. Constant data; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

#include "common/model/agent_case.h"
#include "common/model/item.h"

namespace monsoon {

// What requests and answers look like: one adapter each, whatever engines share it.
enum class Dialect : uint8_t {
  kChat,         // OpenAI chat completions
  kCompletions,  // OpenAI completions
  kResponses,    // OpenAI Responses
  kMessages,     // Anthropic Messages
  kEmbeddings,
  kRerank,
  kTeiRerank,       // text-embeddings-inference's own
  kTritonEnsemble,  // generate extension, tensorrtllm_backend's ensemble
  kTritonLlmApi,    // generate extension, TensorRT-LLM's LLM-API model
  kTritonVllm,      // generate extension, vllm_backend
  kTgi,
  kLmdeploy,
  kSglang,
  kLlamaCpp,
  kOllamaChat,
  kOllamaGenerate,
  kMiiGenerate,  // DeepSpeed-MII's FastAPI server
  kMiiGateway,   // DeepSpeed-MII's RESTful gateway
  kDashscope,
  kCustom  // what the scenario says
};

// True where the engine is sent plain text, so that nobody but us puts roles and a system
// prompt around it (`engine.prompt_template`); false where it takes chat messages or a query.
bool TakesRawPrompt(Dialect dialect);
// True where it is sent chat messages, and puts them together itself.
bool TakesChat(Dialect dialect);
// What kinds of item its requests can be made of. Of a whole body (kBody) only the engine knows
// whether it is one for this route.
bool TakesItem(Dialect dialect, ItemKind kind);

// Which header carries the API key.
enum class KeyHeader : uint8_t { kBearer, kXApiKey, kApiKey };

// The engine's own names of the members of Sampling; "" where it lacks the parameter.
struct ParameterNames {
  std::string_view max_tokens;
  std::string_view min_tokens;
  std::string_view temperature;
  std::string_view top_p;
  std::string_view top_k;
  std::string_view stop;
  std::string_view seed;
  std::string_view ignore_eos;
  std::string_view frequency_penalty;
  std::string_view presence_penalty;
  std::string_view repetition_penalty;
  std::string_view object;  // the member of the body that holds them all; "" = the body itself
};

struct EngineRoute {
  std::string_view name;  // what `engine.route` says
  Dialect dialect = Dialect::kChat;
  // Appended to a URL that has no path; may hold {model} and a query.
  std::string_view path;
  std::string_view path_without_stream;  // where that is another; else ""
  bool streams = true;                   // false: the engine always answers in one piece
  bool usage_option = true;  // OpenAI's routes: takes "stream_options": {"include_usage": true}
  std::string_view summary;  // for messages and docs
  ParameterNames parameters;
};

struct EngineType {
  std::string_view name;  // what `engine.type` says
  std::string_view summary;
  KeyHeader key_header = KeyHeader::kBearer;
  std::vector<EngineRoute> routes;  // >= 1; the first is the default
};

// The table, in the order in which docs list it.
const std::vector<EngineType>& EngineTypes();
// nullptr when no engine has that name.
const EngineType* FindEngineType(std::string_view name);
std::vector<std::string> EngineTypeNames();

// The route of that name, or the first for ""; nullptr when the type or the route is unknown.
const EngineRoute* FindEngineRoute(std::string_view type, std::string_view route);
std::vector<std::string> EngineRouteNames(const EngineType& type);
// The route of `type` whose default path ends as `url_path` (without query) does; the longest such
// end wins. The first route when none does.
const EngineRoute& InferEngineRoute(const EngineType& type, std::string_view url_path);

// The parameters that a route may lack, in the order of ParameterNames.
struct SamplingParameter {
  std::string_view name;                          // in Sampling and in scenarios
  std::string_view ParameterNames::*engine_name;  // where the table has the engine's
  bool (*asked)(const Sampling& sampling);        // does `sampling` ask for it?
};
std::span<const SamplingParameter> SamplingParameters();

// `sampling` as this route can take it by default: without the default max_tokens or temperature
// where it has no such parameter, and not streamed where it does not stream. What was asked for
// beyond the defaults stays, for CheckSampling() to refuse.
Sampling FitSampling(const EngineRoute& route, Sampling sampling);

// INVALID_ARGUMENT, naming the parameter, when `sampling` asks for one that this route of this type
// lacks: leaving it out in silence would make engines look comparable that are not. OK for an
// unknown type or route.
absl::Status CheckSampling(std::string_view type, std::string_view route, const Sampling& sampling);

}  // namespace monsoon
