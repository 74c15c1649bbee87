// trtllm-serve: a blank behind the role event, content and reasoning in every chunk (either may be
// empty), the finish reason with the last text, and no error in a stream: it is cut.
#include "common/base/str_cat.h"
#include "tests/mock_engine/dialects/dialects.h"
#include "tests/mock_engine/dialects/parts.h"

namespace monsoon::mock_engine {
namespace {

constexpr std::string_view kUsage =
    R"({"prompt_tokens":<prompt_tokens>,"total_tokens":<total_tokens>,)"
    R"("completion_tokens":<tokens>,"prompt_tokens_details":{"cached_tokens":<cached_tokens>}})";

Wire Chat() {
  Wire wire;
  wire.request = ChatShape();
  const std::string head =
      R"({"id":"chatcmpl-<id>","object":"chat.completion.chunk","created":<created>,)"
      R"("model":"<model>",)";
  const std::string tail = StrCat(R"(<?continuous>,"usage":)", kUsage, "</>}");
  SetStream(
      {.head = head,
       .tail = tail,
       .token = R"({"index":<item>,"delta":{"content":"<content>",)"
                R"("reasoning_content":"<reasoning>"})"
                R"(<?last>,"finish_reason":"<finish>","avg_decoded_tokens_per_iter":1.0</>})"},
      kUsage, &wire);
  wire.opening = StrCat("data: ", head,
                        R"("choices":[{"index":<item>,"delta":{"role":"assistant"}}]} )", "\n\n");
  SetWholeChat(R"(,"reasoning_content":null,"tool_calls":[])",
               R"(,"avg_decoded_tokens_per_iter":1.0)", &wire);
  wire.whole_item =
      R"({"index":<item>,"message":{"role":"assistant","content":"<all_content>",)"
      R"("reasoning_content":<?thinks>"<all_reasoning>"<:>null</>,"tool_calls":[]},)"
      R"("logprobs":null,"finish_reason":"<finish>","avg_decoded_tokens_per_iter":1.0})";
  return wire;
}

Wire Completions() {
  Wire wire = PlainCompletions();
  wire.token = Event(
      R"({"id":"cmpl-<id>","object":"text_completion","created":<created>,"model":"<model>",)"
      R"("choices":[{"index":<item>,"text":"<text>","token_ids":null,"logprobs":null,)"
      R"("context_logits":null,"finish_reason":<?last>"<finish>"<:>null</>,"stop_reason":null,)"
      R"("disaggregated_params":null,"avg_decoded_tokens_per_iter":null}],"usage":null})");
  return wire;
}

}  // namespace

Dialect TrtllmServe() {
  Dialect trtllm;
  trtllm.name = "trtllm-serve";
  trtllm.routes = {{"/v1/chat/completions", Chat()},
                   {"/v1/completions", Completions()},
                   {"/v1/responses", ResponsesWire()}};
  trtllm.pages = {ModelsPage("/v1/models", "tensorrt_llm"),
                  {.path = "/health"},
                  {.path = "/version", .body = R"({"version":"1.0.0+mock"})"},
                  {.path = "/server_info", .body = R"({"disaggregated_params":null})"},
                  {.path = "/metrics", .body = "[]"},
                  {.path = "/health_generate", .dangerous = true}};
  trtllm.needs_json_type = true;
  trtllm.error_body = kFlatError;
  return trtllm;
}

}  // namespace monsoon::mock_engine
