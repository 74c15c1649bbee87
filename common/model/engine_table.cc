// The rows of the engine table (engine_type.h).
#include "common/model/engine_parameters.h"
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

EngineRoute Responses(const ParameterNames& names = parameters::kResponses,
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
          .parameters = parameters::kMessages};
}

EngineRoute Embeddings(std::string_view path = kEmbeddingsPath) {
  return {.name = "embeddings",
          .dialect = Dialect::kEmbeddings,
          .path = path,
          .streams = false,
          .summary = "embeddings: latency and throughput only",
          .parameters = parameters::kNone};
}

EngineRoute Rerank(std::string_view path = "/v1/rerank") {
  return {.name = "rerank",
          .dialect = Dialect::kRerank,
          .path = path,
          .streams = false,
          .summary = "rerank: latency and throughput only",
          .parameters = parameters::kNone};
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
  EngineRoute native =
      Native("native", Dialect::kTgi, "/generate_stream",
             "generate and generate_stream, for raw prompts", parameters::kTgiNative);
  native.path_without_stream = "/generate";
  EngineRoute rerank = Rerank("/rerank");
  rerank.dialect = Dialect::kTeiRerank;
  return {.name = "tgi",
          .summary = "Hugging Face text-generation-inference, and text-embeddings-inference",
          .routes = {Chat(parameters::kOpenAi), Completions(parameters::kTgiCompletions), native,
                     Embeddings(), rerank}};
}

EngineType Mii() {
  EngineRoute gateway =
      Native("gateway", Dialect::kMiiGateway, "/mii/{model}",
             "RESTful gateway, never streams; {model} is the deployment", parameters::kMiiGateway);
  gateway.streams = false;
  EngineRoute chat = Chat(parameters::kMiiServer);
  EngineRoute completions = Completions(parameters::kMiiServer);
  chat.usage_option = completions.usage_option = false;
  return {
      .name = "deepspeed-mii",
      .summary = "DeepSpeed-MII (FastGen)",
      .routes = {chat, completions,
                 Native("native", Dialect::kMiiGenerate, "/generate",
                        "the FastAPI server's generate, for raw prompts", parameters::kMiiServer),
                 gateway}};
}

EngineType Triton() {
  return {.name = "triton",
          .summary = "Triton Inference Server",
          .routes = {
              Triton("native", Dialect::kTritonEnsemble,
                     "generate extension with the fields of TensorRT-LLM's ensemble",
                     parameters::kTritonEnsemble),
              Triton("llm-api", Dialect::kTritonLlmApi,
                     "generate extension with the fields of TensorRT-LLM's LLM-API model",
                     parameters::kTritonLlmApi),
              Triton("vllm-backend", Dialect::kTritonVllm,
                     "generate extension with the fields of vllm_backend", parameters::kTritonVllm),
              Chat(parameters::kVllm), Completions(parameters::kVllm)}};
}

EngineType Azure() {
  return {.name = "azure",
          .summary = "Azure OpenAI",
          .key_header = KeyHeader::kApiKey,
          .routes = {Chat(parameters::kOpenAi,
                          "/openai/deployments/{model}/chat/completions?api-version=2024-10-21"),
                     Completions(parameters::kOpenAi,
                                 "/openai/deployments/{model}/completions?api-version=2024-10-21"),
                     Responses(parameters::kResponses, "/openai/v1/responses"),
                     Embeddings("/openai/deployments/{model}/embeddings?api-version=2024-10-21")}};
}

EngineType Dashscope() {
  return {.name = "dashscope",
          .summary = "DashScope (Alibaba Model Studio)",
          .routes = {Native("native", Dialect::kDashscope,
                            "/api/v1/services/aigc/text-generation/generation",
                            "the text generation service", parameters::kDashscopeNative),
                     Chat(parameters::kDashscopeChat, "/compatible-mode/v1/chat/completions"),
                     Embeddings("/compatible-mode/v1/embeddings")}};
}

std::vector<EngineType> MakeTypes() {
  return {
      {.name = "openai",
       .summary = "any server with OpenAI's routes",
       .routes = {Chat(parameters::kOpenAi), Completions(parameters::kOpenAi), Responses(),
                  Embeddings(), Rerank()}},
      {.name = "vllm",
       .summary = "vLLM's OpenAI server",
       .routes = {Chat(parameters::kVllm), Completions(parameters::kVllm),
                  Responses(parameters::VllmResponses()), Messages(), Embeddings(), Rerank()}},
      {.name = "lmdeploy",
       .summary = "LMDeploy's api_server",
       .routes = {Chat(parameters::kLmdeployChat), Completions(parameters::kLmdeployCompletions),
                  Responses(), Messages(),
                  Native("native", Dialect::kLmdeploy, "/generate", "generate, for raw prompts",
                         parameters::kLmdeployNative)}},
      Triton(),
      {.name = "trtllm-serve",
       .summary = "TensorRT-LLM's trtllm-serve",
       .routes = {Chat(parameters::kVllm), Completions(parameters::kVllm), Responses()}},
      Tgi(),
      Mii(),
      {.name = "sglang",
       .summary = "SGLang",
       .routes = {Chat(parameters::kVllm), Completions(parameters::kVllm),
                  Responses(parameters::SglangResponses()), Messages(),
                  Native("native", Dialect::kSglang, "/generate", "generate, for raw prompts",
                         parameters::kSglangNative),
                  Embeddings(), Rerank()}},
      {.name = "llama.cpp",
       .summary = "llama.cpp's llama-server",
       .routes = {Chat(parameters::kLlamaCppOpenAi), Completions(parameters::kLlamaCppOpenAi),
                  Responses(), Messages(),
                  Native("native", Dialect::kLlamaCpp, "/completion", "completion, for raw prompts",
                         parameters::kLlamaCppNative),
                  Embeddings(), Rerank()}},
      {.name = "ollama",
       .summary = "Ollama",
       .routes = {Native("native", Dialect::kOllamaChat, "/api/chat", "chat as NDJSON",
                         parameters::kOllamaNative),
                  Native("generate", Dialect::kOllamaGenerate, "/api/generate",
                         "generate as NDJSON, for raw prompts", parameters::kOllamaNative),
                  Chat(parameters::kOpenAi), Completions(parameters::kOpenAi), Responses(),
                  Messages(), Embeddings()}},
      {.name = "anthropic",
       .summary = "Anthropic",
       .key_header = KeyHeader::kXApiKey,
       .routes = {Messages()}},
      Azure(),
      Dashscope(),
      {.name = "custom",
       .summary = "any HTTP engine, described in the scenario",
       .routes = {Native("custom", Dialect::kCustom, "/", "what the scenario says",
                         parameters::kCustomNames)}},
  };
}

}  // namespace

const std::vector<EngineType>& EngineTypes() {
  static const auto& types = *new std::vector<EngineType>(MakeTypes());
  return types;
}

}  // namespace monsoon
