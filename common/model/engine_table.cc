// The rows of the engine table (engine_type.h).
#include "common/model/engine_type.h"

namespace monsoon {
namespace {

constexpr std::string_view kChatPath = "/v1/chat/completions";
constexpr std::string_view kCompletionsPath = "/v1/completions";
constexpr std::string_view kResponsesPath = "/v1/responses";
constexpr std::string_view kMessagesPath = "/v1/messages";
constexpr std::string_view kEmbeddingsPath = "/v1/embeddings";
constexpr std::string_view kGenerate = "/v2/models/{model}/generate";
constexpr std::string_view kGenerateStream = "/v2/models/{model}/generate_stream";

// ---- Parameter names ----------------------------------------------------------------------------

constexpr ParameterNames kNone = {};

constexpr ParameterNames kOpenAi = {.max_tokens = "max_tokens",
                                    .temperature = "temperature",
                                    .top_p = "top_p",
                                    .stop = "stop",
                                    .seed = "seed",
                                    .frequency_penalty = "frequency_penalty",
                                    .presence_penalty = "presence_penalty"};

// OpenAI's, and what the servers of open models add.
constexpr ParameterNames OpenAiPlus(std::string_view min_tokens, std::string_view ignore_eos,
                                    std::string_view repetition_penalty) {
  ParameterNames names = kOpenAi;
  names.min_tokens = min_tokens;
  names.ignore_eos = ignore_eos;
  names.top_k = "top_k";
  names.repetition_penalty = repetition_penalty;
  return names;
}

constexpr ParameterNames kVllm = OpenAiPlus("min_tokens", "ignore_eos", "repetition_penalty");
constexpr ParameterNames kLmdeployChat =
    OpenAiPlus("min_new_tokens", "ignore_eos", "repetition_penalty");
constexpr ParameterNames kLmdeployCompletions = OpenAiPlus("", "ignore_eos", "repetition_penalty");
constexpr ParameterNames kLlamaCppOpenAi = OpenAiPlus("", "ignore_eos", "repeat_penalty");

constexpr ParameterNames kResponses = {
    .max_tokens = "max_output_tokens", .temperature = "temperature", .top_p = "top_p"};

constexpr ParameterNames VllmResponses() {
  ParameterNames names = kResponses;
  names.top_k = "top_k";
  names.stop = "stop";
  names.seed = "seed";
  names.ignore_eos = "ignore_eos";
  names.repetition_penalty = "repetition_penalty";
  return names;
}

constexpr ParameterNames SglangResponses() {
  ParameterNames names = kResponses;
  names.top_k = "top_k";
  names.stop = "stop";
  names.frequency_penalty = "frequency_penalty";
  names.presence_penalty = "presence_penalty";
  names.repetition_penalty = "repetition_penalty";
  return names;
}

constexpr ParameterNames kMessages = {.max_tokens = "max_tokens",
                                      .temperature = "temperature",
                                      .top_p = "top_p",
                                      .top_k = "top_k",
                                      .stop = "stop_sequences"};

constexpr ParameterNames kLmdeployNative = {.max_tokens = "max_tokens",
                                            .temperature = "temperature",
                                            .top_p = "top_p",
                                            .top_k = "top_k",
                                            .stop = "stop",
                                            .ignore_eos = "ignore_eos",
                                            .repetition_penalty = "repetition_penalty"};

constexpr ParameterNames kTritonEnsemble = {.max_tokens = "max_tokens",
                                            .min_tokens = "min_tokens",
                                            .temperature = "temperature",
                                            .top_p = "top_p",
                                            .top_k = "top_k",
                                            .stop = "stop_words",
                                            .seed = "seed",
                                            .frequency_penalty = "frequency_penalty",
                                            .presence_penalty = "presence_penalty",
                                            .repetition_penalty = "repetition_penalty"};

constexpr ParameterNames kTritonLlmApi = {.max_tokens = "sampling_param_max_tokens",
                                          .temperature = "sampling_param_temperature",
                                          .top_p = "sampling_param_top_p",
                                          .top_k = "sampling_param_top_k",
                                          .stop = "sampling_param_stop",
                                          .seed = "sampling_param_seed"};

// Request parameters are single values, so there is no place for a list of stop words.
constexpr ParameterNames kTritonVllm = {.max_tokens = "max_tokens",
                                        .min_tokens = "min_tokens",
                                        .temperature = "temperature",
                                        .top_p = "top_p",
                                        .top_k = "top_k",
                                        .seed = "seed",
                                        .ignore_eos = "ignore_eos",
                                        .frequency_penalty = "frequency_penalty",
                                        .presence_penalty = "presence_penalty",
                                        .repetition_penalty = "repetition_penalty",
                                        .object = "parameters"};

constexpr ParameterNames kTgiNative = {.max_tokens = "max_new_tokens",
                                       .temperature = "temperature",
                                       .top_p = "top_p",
                                       .top_k = "top_k",
                                       .stop = "stop",
                                       .seed = "seed",
                                       .frequency_penalty = "frequency_penalty",
                                       .repetition_penalty = "repetition_penalty",
                                       .object = "parameters"};

constexpr ParameterNames kTgiCompletions = {.max_tokens = "max_tokens",
                                            .temperature = "temperature",
                                            .top_p = "top_p",
                                            .stop = "stop",
                                            .seed = "seed",
                                            .frequency_penalty = "frequency_penalty",
                                            .repetition_penalty = "repetition_penalty"};

constexpr ParameterNames kMiiServer = {.max_tokens = "max_tokens",
                                       .min_tokens = "min_tokens",
                                       .temperature = "temperature",
                                       .top_p = "top_p",
                                       .top_k = "top_k",
                                       .stop = "stop"};

constexpr ParameterNames kMiiGateway = {.max_tokens = "max_new_tokens",
                                        .min_tokens = "min_new_tokens",
                                        .temperature = "temperature",
                                        .top_p = "top_p",
                                        .top_k = "top_k",
                                        .stop = "stop",
                                        .ignore_eos = "ignore_eos"};

constexpr ParameterNames kSglangNative = {.max_tokens = "max_new_tokens",
                                          .min_tokens = "min_new_tokens",
                                          .temperature = "temperature",
                                          .top_p = "top_p",
                                          .top_k = "top_k",
                                          .stop = "stop",
                                          .seed = "sampling_seed",
                                          .ignore_eos = "ignore_eos",
                                          .frequency_penalty = "frequency_penalty",
                                          .presence_penalty = "presence_penalty",
                                          .repetition_penalty = "repetition_penalty",
                                          .object = "sampling_params"};

constexpr ParameterNames kLlamaCppNative = {.max_tokens = "n_predict",
                                            .temperature = "temperature",
                                            .top_p = "top_p",
                                            .top_k = "top_k",
                                            .stop = "stop",
                                            .seed = "seed",
                                            .ignore_eos = "ignore_eos",
                                            .frequency_penalty = "frequency_penalty",
                                            .presence_penalty = "presence_penalty",
                                            .repetition_penalty = "repeat_penalty"};

constexpr ParameterNames kOllamaNative = {.max_tokens = "num_predict",
                                          .temperature = "temperature",
                                          .top_p = "top_p",
                                          .top_k = "top_k",
                                          .stop = "stop",
                                          .seed = "seed",
                                          .frequency_penalty = "frequency_penalty",
                                          .presence_penalty = "presence_penalty",
                                          .repetition_penalty = "repeat_penalty",
                                          .object = "options"};

constexpr ParameterNames kDashscopeNative = {.max_tokens = "max_tokens",
                                             .temperature = "temperature",
                                             .top_p = "top_p",
                                             .top_k = "top_k",
                                             .stop = "stop",
                                             .seed = "seed",
                                             .presence_penalty = "presence_penalty",
                                             .repetition_penalty = "repetition_penalty",
                                             .object = "parameters"};

constexpr ParameterNames kDashscopeChat = {.max_tokens = "max_tokens",
                                           .temperature = "temperature",
                                           .top_p = "top_p",
                                           .top_k = "top_k",
                                           .stop = "stop",
                                           .seed = "seed",
                                           .presence_penalty = "presence_penalty"};

// Of a custom engine the body says it all; %n in it is max_tokens.
constexpr ParameterNames kCustomNames = {.max_tokens = "%n"};

// ---- Routes that several types have -------------------------------------------------------------

EngineRoute Chat(const ParameterNames& names, std::string_view path = kChatPath) {
  return {.name = "chat",
          .dialect = Dialect::kChat,
          .path = path,
          .summary = "OpenAI chat completions",
          .parameters = names};
}

EngineRoute Completions(const ParameterNames& names, std::string_view path = kCompletionsPath) {
  return {.name = "completions",
          .dialect = Dialect::kCompletions,
          .path = path,
          .summary = "OpenAI completions, for raw prompts",
          .parameters = names};
}

EngineRoute Responses(const ParameterNames& names = kResponses,
                      std::string_view path = kResponsesPath) {
  return {.name = "responses",
          .dialect = Dialect::kResponses,
          .path = path,
          .summary = "OpenAI Responses",
          .parameters = names};
}

EngineRoute Messages() {
  return {.name = "messages",
          .dialect = Dialect::kMessages,
          .path = kMessagesPath,
          .summary = "Anthropic Messages",
          .parameters = kMessages};
}

EngineRoute Embeddings(std::string_view path = kEmbeddingsPath) {
  return {.name = "embeddings",
          .dialect = Dialect::kEmbeddings,
          .path = path,
          .streams = false,
          .summary = "embeddings: latency and throughput only",
          .parameters = kNone};
}

EngineRoute Rerank(std::string_view path = "/v1/rerank") {
  return {.name = "rerank",
          .dialect = Dialect::kRerank,
          .path = path,
          .streams = false,
          .summary = "rerank: latency and throughput only",
          .parameters = kNone};
}

EngineRoute Triton(std::string_view name, Dialect dialect, std::string_view summary,
                   const ParameterNames& names) {
  return {.name = name,
          .dialect = dialect,
          .path = kGenerateStream,
          .path_without_stream = kGenerate,
          .summary = summary,
          .parameters = names};
}

EngineRoute Native(std::string_view name, Dialect dialect, std::string_view path,
                   std::string_view summary, const ParameterNames& names) {
  return {.name = name, .dialect = dialect, .path = path, .summary = summary, .parameters = names};
}

// ---- Types --------------------------------------------------------------------------------------

EngineType Tgi() {
  EngineRoute native = Native("native", Dialect::kTgi, "/generate_stream",
                              "generate and generate_stream, for raw prompts", kTgiNative);
  native.path_without_stream = "/generate";
  EngineRoute rerank = Rerank("/rerank");
  rerank.dialect = Dialect::kTeiRerank;
  return {.name = "tgi",
          .summary = "Hugging Face text-generation-inference, and text-embeddings-inference",
          .routes = {Chat(kOpenAi), Completions(kTgiCompletions), native, Embeddings(), rerank}};
}

EngineType Mii() {
  EngineRoute gateway =
      Native("gateway", Dialect::kMiiGateway, "/mii/{model}",
             "RESTful gateway, never streams; {model} is the deployment", kMiiGateway);
  gateway.streams = false;
  EngineRoute chat = Chat(kMiiServer);
  EngineRoute completions = Completions(kMiiServer);
  chat.usage_option = completions.usage_option = false;
  return {.name = "deepspeed-mii",
          .summary = "DeepSpeed-MII (FastGen)",
          .routes = {chat, completions,
                     Native("native", Dialect::kMiiGenerate, "/generate",
                            "the FastAPI server's generate, for raw prompts", kMiiServer),
                     gateway}};
}

EngineType Triton() {
  return {.name = "triton",
          .summary = "Triton Inference Server",
          .routes = {Triton("native", Dialect::kTritonEnsemble,
                            "generate extension with the fields of TensorRT-LLM's ensemble",
                            kTritonEnsemble),
                     Triton("llm-api", Dialect::kTritonLlmApi,
                            "generate extension with the fields of TensorRT-LLM's LLM-API model",
                            kTritonLlmApi),
                     Triton("vllm-backend", Dialect::kTritonVllm,
                            "generate extension with the fields of vllm_backend", kTritonVllm),
                     Chat(kVllm), Completions(kVllm)}};
}

EngineType Azure() {
  return {
      .name = "azure",
      .summary = "Azure OpenAI",
      .key_header = KeyHeader::kApiKey,
      .routes = {
          Chat(kOpenAi, "/openai/deployments/{model}/chat/completions?api-version=2024-10-21"),
          Completions(kOpenAi, "/openai/deployments/{model}/completions?api-version=2024-10-21"),
          Responses(kResponses, "/openai/v1/responses"),
          Embeddings("/openai/deployments/{model}/embeddings?api-version=2024-10-21")}};
}

EngineType Dashscope() {
  return {.name = "dashscope",
          .summary = "DashScope (Alibaba Model Studio)",
          .routes = {Native("native", Dialect::kDashscope,
                            "/api/v1/services/aigc/text-generation/generation",
                            "the text generation service", kDashscopeNative),
                     Chat(kDashscopeChat, "/compatible-mode/v1/chat/completions"),
                     Embeddings("/compatible-mode/v1/embeddings")}};
}

std::vector<EngineType> MakeTypes() {
  return {
      {.name = "openai",
       .summary = "any server with OpenAI's routes",
       .routes = {Chat(kOpenAi), Completions(kOpenAi), Responses(), Embeddings(), Rerank()}},
      {.name = "vllm",
       .summary = "vLLM's OpenAI server",
       .routes = {Chat(kVllm), Completions(kVllm), Responses(VllmResponses()), Messages(),
                  Embeddings(), Rerank()}},
      {.name = "lmdeploy",
       .summary = "LMDeploy's api_server",
       .routes = {Chat(kLmdeployChat), Completions(kLmdeployCompletions), Responses(), Messages(),
                  Native("native", Dialect::kLmdeploy, "/generate", "generate, for raw prompts",
                         kLmdeployNative)}},
      Triton(),
      {.name = "trtllm-serve",
       .summary = "TensorRT-LLM's trtllm-serve",
       .routes = {Chat(kVllm), Completions(kVllm), Responses()}},
      Tgi(),
      Mii(),
      {.name = "sglang",
       .summary = "SGLang",
       .routes = {Chat(kVllm), Completions(kVllm), Responses(SglangResponses()), Messages(),
                  Native("native", Dialect::kSglang, "/generate", "generate, for raw prompts",
                         kSglangNative),
                  Embeddings(), Rerank()}},
      {.name = "llama.cpp",
       .summary = "llama.cpp's llama-server",
       .routes = {Chat(kLlamaCppOpenAi), Completions(kLlamaCppOpenAi), Responses(), Messages(),
                  Native("native", Dialect::kLlamaCpp, "/completion", "completion, for raw prompts",
                         kLlamaCppNative),
                  Embeddings(), Rerank()}},
      {.name = "ollama",
       .summary = "Ollama",
       .routes = {Native("native", Dialect::kOllamaChat, "/api/chat", "chat as NDJSON",
                         kOllamaNative),
                  Native("generate", Dialect::kOllamaGenerate, "/api/generate",
                         "generate as NDJSON, for raw prompts", kOllamaNative),
                  Chat(kOpenAi), Completions(kOpenAi), Responses(), Messages(), Embeddings()}},
      {.name = "anthropic",
       .summary = "Anthropic",
       .key_header = KeyHeader::kXApiKey,
       .routes = {Messages()}},
      Azure(),
      Dashscope(),
      {.name = "custom",
       .summary = "any HTTP engine, described in the scenario",
       .routes = {Native("custom", Dialect::kCustom, "/", "what the scenario says", kCustomNames)}},
  };
}

}  // namespace

const std::vector<EngineType>& EngineTypes() {
  static const auto& types = *new std::vector<EngineType>(MakeTypes());
  return types;
}

}  // namespace monsoon
