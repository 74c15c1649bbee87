// SGLang: on /generate the whole text again in each event (pieces if the server was told so),
// counts everywhere, finish reasons as objects; on the OpenAI routes the finish reason in a chunk
// of its own. The status waits for the first chunk. Old: nulls in every delta.
#include "common/base/str_cat.h"
#include "tests/mock_engine/dialects/dialects.h"
#include "tests/mock_engine/dialects/parts.h"

namespace monsoon::mock_engine {
namespace {

constexpr std::string_view kUsage =
    R"({"prompt_tokens":<prompt_tokens>,"total_tokens":<total_tokens>,)"
    R"("completion_tokens":<tokens>,"prompt_tokens_details":)"
    R"(<?cached>{"cached_tokens":<cached_tokens>}<:>null</>,)"
    R"("reasoning_tokens":<reasoning_tokens>})";

constexpr std::string_view kFinish =
    R"({"type":"<finish>",<?stop>"matched":2<:>"length":<tokens></>})";

constexpr std::string_view kMeta =
    R"("prompt_tokens":<prompt_tokens>,"weight_version":"default","completion_tokens":<tokens>,)"
    R"("cached_tokens":<cached_tokens>)";

Wire Native() {
  Wire wire;
  wire.request = {.model = "",
                  .prompt = {"/text", "/input_ids"},
                  .limits = {"/sampling_params/max_new_tokens"}};
  wire.reasoning = false;
  wire.cumulative = true;
  wire.token =
      Event(StrCat(R"({"text":"<content>","output_ids":[<?cumulative><all_ids><:><ids></>],)",
                   R"("meta_info":{"id":"<id>","finish_reason":<?last>)", kFinish, "<:>null</>,",
                   kMeta, R"(<?last>,"e2e_latency":0.031</>}})"));
  wire.done = kDone;
  wire.error = Event(R"({"error":{"message":"<message>"}})");
  wire.after_error = kDone;
  wire.error_body = R"({"error":{"message":"<message>"}})";
  wire.whole_begin =
      StrCat(R"({"text":"<all_content>","output_ids":[<all_ids>],"meta_info":{"id":"<id>",)",
             R"("finish_reason":)", kFinish, ",", kMeta, R"(,"e2e_latency":0.031}})");
  return wire;
}

void SetErrors(Wire* wire) {
  wire->headers_with_first = true;
  wire->error =
      Event(R"({"error":{"object":"error","message":"<message>","type":"<type>","param":null,)"
            R"("code":<status>}})");
  wire->after_error = kDone;
}

Wire Chat() {
  Wire wire;
  wire.request = ChatShape();
  const std::string end = R"(},"logprobs":null,"finish_reason":)";
  const std::string nulls = R"(<?old>,"tool_calls":null</>)";
  SetStream({.head = R"({"id":"<id>","object":"chat.completion.chunk","created":<created>,)"
                     R"("model":"<model>",)",
             .tail = StrCat(R"(,"usage":<?continuous>)", kUsage, "<:>null</>}"),
             .opening = StrCat(R"({"index":<item>,"delta":{"role":"assistant","content":"")", nulls,
                               end, R"(null,"matched_stop":null})"),
             .token = StrCat(R"({"index":<item>,"delta":{"<field>":"<text>")",
                             R"(<?old><!thinking>,"reasoning_content":null</></>)", nulls, end,
                             R"(null,"matched_stop":null})"),
             .finish = StrCat(R"({"index":<item>,"delta":{)", R"(<?old>"content":null</>)", end,
                              R"("<finish>","matched_stop":<?stop>2<:>null</>})")},
            kUsage, &wire);
  SetErrors(&wire);
  SetWholeChat(R"(,"tool_calls":null)", R"(,"matched_stop":null)", &wire);
  wire.whole_end = StrCat(R"(],"usage":)", kUsage, "}");
  return wire;
}

Wire Completions() {
  Wire wire = PlainCompletions();
  SetStream({.head = R"({"id":"<id>","object":"text_completion","created":<created>,)"
                     R"("model":"<model>",)",
             .tail = StrCat(R"(,"usage":<?continuous>)", kUsage, "<:>null</>}"),
             .token = R"({"index":<item>,"text":"<text>","logprobs":null,"finish_reason":null,)"
                      R"("matched_stop":null})",
             .finish = R"({"index":<item>,"text":"","logprobs":null,"finish_reason":"<finish>",)"
                       R"("matched_stop":<?stop>2<:>null</>})"},
            kUsage, &wire);
  SetErrors(&wire);
  return wire;
}

// SGLang answers with a bare list.
Wire Rerank() {
  Wire wire = RerankWire();
  wire.request.model.clear();
  wire.whole_begin = "[";
  wire.whole_item = R"({"score":<score>,"document":null,"index":<item>,"meta_info":null})";
  wire.whole_end = "]";
  return wire;
}

constexpr std::string_view kTokenized =
    R"({"tokens":[<all_ids>],"count":<prompt_tokens>,"max_model_len":1048576})";

}  // namespace

Dialect Sglang() {
  Dialect sglang;
  sglang.name = "sglang";
  sglang.routes = {{"/generate", Native()},
                   {"/v1/chat/completions", Chat()},
                   {"/v1/completions", Completions()},
                   {"/v1/responses", ResponsesWire()},
                   {"/v1/messages", MessagesWire()},
                   {"/v1/embeddings", EmbeddingsWire()},
                   {"/v1/rerank", Rerank()},
                   {"/tokenize", TokenizerWire({"/prompt"}, kTokenized)},
                   {"/v1/tokenize", TokenizerWire({"/prompt"}, kTokenized)}};
  sglang.pages = {
      ModelsPage("/v1/models", "sglang"),
      {.path = "/health"},
      {.path = "/get_server_info",
       .body = R"({"model_path":"<model>","version":"0.0.0+mock",)"
               R"("max_total_num_tokens":1048576})"},
      {.path = "/server_info", .body = R"({"version":"0.0.0+mock"})"},
      {.path = "/get_model_info", .body = R"({"model_path":"<model>","is_generation":true})"},
      {.path = "/get_load", .body = R"({"num_reqs":0,"num_waiting_reqs":0})"},
      {.path = "/metrics",
       .body = "sglang:num_running_reqs{model_name=\"<model>\"} 0.0\n",
       .content_type = "text/plain; version=0.0.4"},
      {.path = "/health_generate", .dangerous = true},
      {.path = "/flush_cache", .body = "Cache flushed.", .dangerous = true}};
  sglang.guard = Dialect::Guard::kAllButHealth;
  sglang.needs_json_type = true;
  sglang.error_body = kFlatError;
  sglang.unauthorized = R"({"error":"Unauthorized"})";
  sglang.errors = {{503, "SERVICE_UNAVAILABLE", "The request queue is full."}};
  return sglang;
}

}  // namespace monsoon::mock_engine
