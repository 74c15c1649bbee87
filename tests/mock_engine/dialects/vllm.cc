// vLLM's OpenAI server: a role event in front of the first token, the finish reason in the event
// with the last text, the usage in an event without choices, errors as {"error":{...}}.
#include "common/base/str_cat.h"
#include "tests/mock_engine/dialects/dialects.h"
#include "tests/mock_engine/dialects/parts.h"

namespace monsoon::mock_engine {
namespace {

constexpr std::string_view kUsage =
    R"("usage":{"prompt_tokens":<prompt_tokens>,"total_tokens":<total_tokens>,)"
    R"("completion_tokens":<tokens><?cached>,)"
    R"("prompt_tokens_details":{"cached_tokens":<cached_tokens>}</>})";

constexpr std::string_view kUsageBeforeTokens =
    R"("usage":{"prompt_tokens":<prompt_tokens>,"total_tokens":<prompt_tokens>,)"
    R"("completion_tokens":0<?cached>,"prompt_tokens_details":{"cached_tokens":<cached_tokens>}</>})";

constexpr std::string_view kToolName =
    R"({"index":<item>,"delta":{"tool_calls":[{"index":0,"id":"call_<id>","type":"function",)"
    R"("function":{"name":"get_weather","arguments":""}}]},"logprobs":null,"finish_reason":null})";

constexpr std::string_view kDelta =
    R"(<?tool>"tool_calls":[{"index":0,"function":{"arguments":"<text>"}}]<:>)"
    R"("<field>":"<text>"</>)";

void SetStream(std::string_view head, std::string_view opening, std::string_view token,
               Wire* wire) {
  const std::string begin = StrCat("data: ", head, "\"choices\":[");
  wire->opening = opening.empty() ? std::string() : StrCat(begin, opening);
  wire->token = StrCat(begin, token, "]<?continuous>,", kUsage, "</>}\n\n");
  wire->usage = StrCat(begin, "],", kUsage, "}\n\n");
  wire->done = kDone;
  wire->error = Event(StrCat("<?old>", kFlatError, "<:>", kNestedError, "</>"));
  wire->after_error = kDone;
}

Wire Chat() {
  Wire wire;
  wire.request = ChatShape();
  const std::string_view head =
      R"({"id":"chatcmpl-<id>","object":"chat.completion.chunk","created":<created>,)"
      R"("model":"<model>",)";
  const std::string opening =
      StrCat(R"({"index":<item>,"delta":{"role":"assistant","content":<?tool>null<:>""</>},)",
             R"("logprobs":null,"finish_reason":null}]<?continuous>,)", kUsageBeforeTokens,
             R"(<:>,"prompt_token_ids":null</>})", "\n\n<?tool>data: ", head, "\"choices\":[",
             kToolName, "]}\n\n</>");
  const std::string token =
      StrCat(R"({"index":<item>,"delta":{)", kDelta, R"(},"logprobs":null,"finish_reason":)",
             R"(<?last>"<?tool>tool_calls<:><finish></>","stop_reason":null<:>null</>,)",
             R"("token_ids":null})");
  SetStream(head, opening, token, &wire);
  SetWholeChat(R"(,"tool_calls":[])", R"(,"stop_reason":null)", &wire);
  wire.whole_end = StrCat("],", kUsage, "}");
  return wire;
}

Wire Completions() {
  Wire wire;
  wire.request = CompletionShape();
  wire.reasoning = false;
  SetStream(R"({"id":"cmpl-<id>","object":"text_completion","created":<created>,)"
            R"("model":"<model>",)",
            "",
            R"({"index":<item>,"text":"<text>","logprobs":null,)"
            R"("finish_reason":<?last>"<finish>"<:>null</>,"stop_reason":null})",
            &wire);
  SetWholeCompletion(R"(,"stop_reason":null,"prompt_logprobs":null)", &wire);
  wire.whole_end = StrCat("],", kUsage, "}");
  return wire;
}

constexpr std::string_view kTokenized =
    R"({"count":<prompt_tokens>,"max_model_len":1048576,"tokens":[<all_ids>],"token_strs":null})";

}  // namespace

Dialect Vllm() {
  Dialect vllm;
  vllm.name = "vllm";
  vllm.routes = {{"/v1/chat/completions", Chat()},
                 {"/v1/completions", Completions()},
                 {"/v1/responses", ResponsesWire()},
                 {"/v1/messages", MessagesWire()},
                 {"/v1/embeddings", EmbeddingsWire()},
                 {"/v1/rerank", RerankWire()},
                 {"/v2/rerank", RerankWire()},
                 {"/rerank", RerankWire()},
                 {"/tokenize", TokenizerWire({"/prompt", "/messages"}, kTokenized)}};
  vllm.pages = {ModelsPage("/v1/models", "vllm"),
                {.path = "/health"},
                {.path = "/ping"},
                {.path = "/version", .body = R"({"version":"0.0.0+mock"})"},
                {.path = "/load", .body = R"({"server_load":0})"},
                {.path = "/metrics",
                 .body = "vllm:num_requests_running{model_name=\"<model>\",engine=\"0\"} 0.0\n",
                 .content_type = "text/plain; version=0.0.4"}};
  vllm.guard = Dialect::Guard::kV1;
  vllm.needs_json_type = true;
  vllm.reasoning_field = "reasoning";
  vllm.error_body = kNestedError;
  vllm.unauthorized = R"({"error":"Unauthorized"})";
  return vllm;
}

}  // namespace monsoon::mock_engine
