// Hugging Face text-generation-inference: one token an event, the end-of-text token as an event of
// its own, no [DONE] on the native routes, status 200 before anything is known. Old (up to 2.0):
// no blank behind the colon, no [DONE] anywhere, the usage in the last chunk.
#include "common/base/str_cat.h"
#include "tests/mock_engine/dialects/dialects.h"
#include "tests/mock_engine/dialects/parts.h"

namespace monsoon::mock_engine {
namespace {

constexpr std::string_view kDetails =
    R"({"finish_reason":"<finish>","generated_tokens":<tokens>,"seed":null,)"
    R"("input_length":<prompt_tokens>})";

std::string TgiEvent(std::string_view json) { return StrCat("data:<!old> </>", json, "\n\n"); }

Wire Native(RequestShape::Stream stream) {
  Wire wire;
  wire.request = {.stream = stream,
                  .model = "",
                  .prompt = {"/inputs"},
                  .limits = {"/parameters/max_new_tokens"},
                  .flags = {{Flag::kDetails, "/parameters/details"},
                            {Flag::kEcho, "/parameters/return_full_text"}},
                  .keep_prompt = true};
  wire.reasoning = false;
  wire.counts_eos = true;
  wire.stop = "eos_token";
  const std::string end =
      StrCat(R"("generated_text":"<all_content>","details":<?details>)", kDetails, "<:>null</>");
  wire.token = TgiEvent(
      StrCat(R"({"index":<tokens>,"token":{"id":<last_id>,"text":"<text>","logprob":-0.42,)",
             R"("special":false},<?last>)", end, R"(<:>"generated_text":null,"details":null</>})"));
  wire.finish = StrCat("<?stop>",
                       TgiEvent(StrCat(R"({"index":<tokens>,"token":{"id":2,"text":"</s>",)",
                                       R"("logprob":-0.01,"special":true},)", end, "}")),
                       "</>");
  wire.error = TgiEvent(R"({"error":"<message>","error_type":"<type>"})");
  wire.heartbeat = ":\n\n";
  wire.error_body = R"({"error":"<message>","error_type":"<type>"})";
  wire.whole_begin =
      StrCat(R"({"generated_text":"<?echo><prompt></><all_content>"<?details>,"details":)",
             R"({"finish_reason":"<finish>","generated_tokens":<tokens>,"prefill":[],)",
             R"("seed":null,"tokens":[]}</>})");
  return wire;
}

void SetFamily(std::string_view head, std::string_view choice, std::string_view empty_choice,
               bool usage_in_last, Wire* wire) {
  const std::string begin = StrCat(head, R"("choices":[)");
  const std::string last_usage = StrCat(usage_in_last ? "<?last>" : "<?last><?old>", kUsageObject,
                                        usage_in_last ? "<:>null</>" : "<:>null</><:>null</>");
  const std::string old_usage =
      usage_in_last ? std::string(kUsageObject) : StrCat("<?old>", kUsageObject, "<:>null</>");
  wire->counts_eos = true;
  wire->token = TgiEvent(StrCat(begin, choice, R"(],"usage":)", last_usage, "}"));
  wire->finish = StrCat(
      "<?stop>", TgiEvent(StrCat(begin, empty_choice, R"(],"usage":)", old_usage, "}")), "</>");
  wire->usage =
      StrCat("<!old>", TgiEvent(StrCat(begin, R"(],"usage":)", kUsageObject, "}")), "</>");
  wire->done = StrCat("<!old>", kDone, "</>");
  wire->error = TgiEvent(R"({"error":{"message":"<message>","http_status_code":422}})");
  wire->after_error = StrCat("<!old>", kDone, "</>");
  wire->heartbeat = ":\n\n";
  wire->error_body = R"({"error":"<message>","error_type":"<type>"})";
}

Wire Chat() {
  Wire wire;
  wire.request = ChatShape();
  wire.request.model.clear();  // any value, or none
  wire.reasoning = false;
  SetFamily(R"({"object":"chat.completion.chunk","id":"","created":<created>,"model":"<model>",)"
            R"("system_fingerprint":"3.3.7-native",)",
            R"({"index":<item>,"delta":{"role":"assistant","content":"<text>"},"logprobs":null,)"
            R"("finish_reason":<?last>"<finish>"<:>null</>})",
            R"({"index":<item>,"delta":{"role":"assistant","content":""},"logprobs":null,)"
            R"("finish_reason":"<finish>"})",
            false, &wire);
  SetWholeChat("", "", &wire);
  return wire;
}

Wire Completions() {
  Wire wire;
  wire.request = CompletionShape();
  wire.request.model.clear();
  wire.reasoning = false;
  SetFamily(R"({"object":"text_completion","id":"","created":<created>,"model":"<model>",)"
            R"("system_fingerprint":"3.3.7-native",)",
            R"({"index":<item>,"text":"<text>","logprobs":null,)"
            R"("finish_reason":"<?last><finish></>"})",
            R"({"index":<item>,"text":"","logprobs":null,"finish_reason":"<finish>"})", true,
            &wire);
  wire.usage = Template();  // the last chunk always has it
  SetWholeCompletion("", &wire);
  return wire;
}

// Of text-embeddings-inference, its sibling: a bare list.
Wire Rerank() {
  Wire wire = RerankWire();
  wire.request.model.clear();
  wire.request.prompt = {"/query", "/texts"};
  wire.request.items = "/texts";
  wire.whole_begin = "[";
  wire.whole_item = R"({"index":<item>,"score":<score>})";
  wire.whole_end = "]";
  return wire;
}

// Offsets count tokens here, where the real ones count characters.
Wire Tokenizer(const std::string& prompt, std::string_view begin, std::string_view end) {
  Wire wire = TokenizerWire({prompt}, begin);
  wire.whole_item = R"({"id":<last_id>,"text":"<text>","start":<item>,"stop":<item>})";
  wire.whole_end = end;
  return wire;
}

}  // namespace

Dialect Tgi() {
  Dialect tgi;
  tgi.name = "tgi";
  tgi.routes = {{"/generate_stream", Native(RequestShape::Stream::kAlways)},
                {"/generate", Native(RequestShape::Stream::kNever)},
                {"/v1/chat/completions", Chat()},
                {"/v1/completions", Completions()},
                {"/v1/embeddings", EmbeddingsWire()},
                {"/rerank", Rerank()},
                {"/tokenize", Tokenizer("/inputs", "[", "]")},
                {"/chat_tokenize", Tokenizer("/messages", R"({"tokenize_response":[)",
                                             R"(],"templated_text":"..."})")},
                {"/", Native(RequestShape::Stream::kMember)}};
  tgi.pages = {{.path = "/info",
                .body = R"({"model_id":"<model>","model_dtype":"float16","version":"3.3.7",)"
                        R"("max_concurrent_requests":128,"max_input_tokens":1048575,)"
                        R"("max_total_tokens":1048576})"},
               ModelsPage("/v1/models", "<model>"),
               {.path = "/health"},
               {.path = "/ping"},
               {.path = "/"},
               {.path = "/metrics",
                .body = "tgi_queue_size 0\n",
                .content_type = "text/plain; version=0.0.4"}};
  tgi.overload = 429;
  tgi.error_body = R"({"error":"<message>","error_type":"<type>"})";
  tgi.unauthorized_is_empty = true;
  tgi.errors = {{422, "validation",
                 "Input validation error: `inputs` tokens + `max_new_tokens` "
                 "must be <= 1048576."},
                {429, "overloaded", "Model is overloaded"},
                {500, "incomplete_generation", "Incomplete generation"}};
  return tgi;
}

}  // namespace monsoon::mock_engine
