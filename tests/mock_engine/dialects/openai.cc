// OpenAI's own API: padding in every chunk, the finish reason in a chunk of its own, usage:null
// before the end, and no mercy for members of other engines. (OpenAI has no rerank; gateways do.)
#include "common/base/str_cat.h"
#include "tests/mock_engine/dialects/dialects.h"
#include "tests/mock_engine/dialects/parts.h"

namespace monsoon::mock_engine {
namespace {

constexpr std::string_view kUsage =
    R"({"prompt_tokens":<prompt_tokens>,"completion_tokens":<tokens>,)"
    R"("total_tokens":<total_tokens>,)"
    R"("prompt_tokens_details":{"cached_tokens":<cached_tokens>,"audio_tokens":0},)"
    R"("completion_tokens_details":{"reasoning_tokens":<reasoning_tokens>,"audio_tokens":0,)"
    R"("accepted_prediction_tokens":0,"rejected_prediction_tokens":0}})";

constexpr std::string_view kTail = R"(<?usage>,"usage":null</>,"obfuscation":"x7Qp"})";

constexpr std::string_view kError =
    R"({"error":{"message":"<message>","type":"<type>","param":null,"code":null}})";

const std::vector<std::string>& MembersOfOthers() {
  static const auto* const kMembers = new std::vector<std::string>{
      "/ignore_eos", "/min_tokens", "/min_new_tokens", "/top_k", "/repetition_penalty"};
  return *kMembers;
}

Wire Chat() {
  Wire wire;
  wire.request = ChatShape();
  wire.request.refused = MembersOfOthers();
  const std::string end = R"("logprobs":null,"finish_reason":)";
  SetStream(
      {.head = R"({"id":"chatcmpl-<id>","object":"chat.completion.chunk","created":<created>,)"
               R"("model":"<model>","service_tier":"default","system_fingerprint":"fp_mock",)",
       .tail = std::string(kTail),
       .opening = StrCat(R"({"index":<item>,"delta":{"role":"assistant","content":)",
                         R"(<?tool>null,"tool_calls":[{"index":0,"id":"call_<id>",)",
                         R"("type":"function","function":{"name":"get_weather","arguments":""}}])",
                         R"(<:>""</>,"refusal":null},)", end, "null}"),
       .token = StrCat(R"({"index":<item>,"delta":{<?tool>"tool_calls":[{"index":0,"function":)",
                       R"({"arguments":"<text>"}}]<:>"<field>":"<text>"</>},)", end, "null}"),
       .finish =
           StrCat(R"({"index":<item>,"delta":{},)", end, R"("<?tool>tool_calls<:><finish></>"})")},
      kUsage, &wire);
  wire.error = Event(kError);
  SetWholeChat(R"(,"refusal":null)", "", &wire);
  wire.whole_end = StrCat(R"(],"usage":)", kUsage, "}");
  return wire;
}

Wire Completions() {
  Wire wire = PlainCompletions();
  wire.request.refused = MembersOfOthers();
  wire.error = Event(kError);
  return wire;
}

}  // namespace

Dialect OpenAi() {
  Dialect openai;
  openai.name = "openai";
  openai.routes = {{"/v1/chat/completions", Chat()},
                   {"/v1/completions", Completions()},
                   {"/v1/responses", ResponsesWire()},
                   {"/v1/embeddings", EmbeddingsWire()},
                   {"/v1/rerank", RerankWire()}};
  openai.pages = {ModelsPage("/v1/models", "openai")};
  openai.guard = Dialect::Guard::kV1;
  openai.overload = 429;
  openai.error_body = kError;
  openai.errors = {{400, "invalid_request_error", "The request is not understood."},
                   {401, "invalid_request_error", "Incorrect API key provided."},
                   {404, "invalid_request_error", "The model does not exist."},
                   {429, "rate_limit_exceeded", "Rate limit reached for requests."},
                   {500, "server_error", "The server had an error."},
                   {503, "server_error", "The engine is currently overloaded."}};
  return openai;
}

}  // namespace monsoon::mock_engine
