// Ollama: a JSON object per line, "done":true in the last one, counters left out when they are
// zero; it streams unless told not to. Its /v1 routes cut the stream where an engine fails.
#include "common/base/str_cat.h"
#include "tests/mock_engine/dialects/dialects.h"
#include "tests/mock_engine/dialects/parts.h"

namespace monsoon::mock_engine {
namespace {

constexpr std::string_view kBegin = R"({"model":"<model>","created_at":"<created_iso>",)";

// A prompt that is cached as a whole has no count.
constexpr std::string_view kEnd =
    R"("done":true,"done_reason":"<finish>","total_duration":900000000,"load_duration":20000000,)"
    R"(<!cached>"prompt_eval_count":<prompt_tokens>,"prompt_eval_duration":40000000,</>)"
    R"("eval_count":<tokens>,"eval_duration":800000000})";

void SetLines(std::string_view token, std::string_view end, std::string_view whole, Wire* wire) {
  wire->request.stream = RequestShape::Stream::kMemberElseTrue;
  wire->request.limits = {"/options/num_predict"};
  wire->content_type = "application/x-ndjson";
  wire->headers_with_first = true;
  wire->token = StrCat(kBegin, token, R"(,"done":false})", "\n");
  wire->finish = StrCat(kBegin, end, ",", kEnd, "\n");
  wire->error = R"({"error":"<message>"})"
                "\n";
  wire->heartbeat = "\n";
  wire->line_begin = "";
  wire->line_end = "\n";
  wire->error_body = kTextError;
  wire->whole_begin = StrCat(kBegin, whole, ",", kEnd);
}

Wire NativeChat() {
  Wire wire;
  SetLines(
      R"("message":{"role":"assistant","content":"<content>"<?thinking>,"thinking":"<text>"</>})",
      R"("message":{"role":"assistant","content":""})",
      R"("message":{"role":"assistant","content":"<all_content>")"
      R"(<?thinks>,"thinking":"<all_reasoning>"</>})",
      &wire);
  return wire;
}

Wire NativeGenerate() {
  Wire wire;
  SetLines(R"("response":"<content>"<?thinking>,"thinking":"<text>"</>)",
           R"("response":"","context":[<all_ids>])",
           R"("response":"<all_content>"<?thinks>,"thinking":"<all_reasoning>"</>)", &wire);
  wire.request.prompt = {"/prompt"};
  return wire;
}

Wire Embed() {
  Wire wire = EmbeddingsWire();
  wire.error_body = kTextError;
  wire.whole_begin = R"({"model":"<model>","embeddings":[)";
  wire.whole_item = "[0.25,-0.5,0.125,0.0625]";
  wire.whole_end =
      R"(],"total_duration":900000,"load_duration":20000,"prompt_eval_count":<prompt_tokens>})";
  return wire;
}

Wire Chat() {
  Wire wire;
  wire.request = ChatShape();
  const std::string head =
      R"({"id":"chatcmpl-<id>","object":"chat.completion.chunk","created":<created>,)"
      R"("model":"<model>","system_fingerprint":"fp_ollama",)";
  SetStream({.head = head,
             .tail = "}",
             .token = R"({"index":<item>,"delta":{<?first>"role":"assistant",</>)"
                      R"("<field>":"<text>"},"finish_reason":<?last><?old>"<finish>"<:>null</>)"
                      R"(<:>null</>})"},
            kUsageObject, &wire);
  wire.finish = StrCat(
      "<!old>",
      Event(StrCat(head, R"("choices":[{"index":<item>,"delta":)",
                   R"({"role":"assistant","content":""},)", R"("finish_reason":"<finish>"}]})")),
      "</>");
  SetWholeChat("", "", &wire);
  return wire;
}

Wire Completions() {
  Wire wire = PlainCompletions();
  // With the usage asked for, every chunk has one, all zero until the last.
  wire.token =
      Event(R"({"id":"cmpl-<id>","object":"text_completion","created":<created>,"model":"<model>",)"
            R"("system_fingerprint":"fp_ollama","choices":[{"text":"<text>","index":<item>,)"
            R"("finish_reason":<?last>"<finish>"<:>null</>}])"
            R"(<?usage>,"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}</>})");
  return wire;
}

}  // namespace

Dialect Ollama() {
  Dialect ollama;
  ollama.name = "ollama";
  ollama.routes = {{"/api/chat", NativeChat()},
                   {"/api/generate", NativeGenerate()},
                   {"/api/embed", Embed()},
                   {"/v1/chat/completions", Chat()},
                   {"/v1/completions", Completions()},
                   {"/v1/responses", ResponsesWire()},
                   {"/v1/messages", MessagesWire()},
                   {"/v1/embeddings", EmbeddingsWire()}};
  ollama.pages = {
      ModelsPage("/v1/models", "library"),
      {.path = "/", .body = "Ollama is running", .content_type = "text/plain"},
      {.path = "/api/version", .body = R"({"version":"0.0.0+mock"})"},
      {.path = "/api/tags", .body = R"({"models":[{"name":"<model>","model":"<model>"}]})"},
      {.path = "/api/ps", .body = R"({"models":[]})"}};
  ollama.reasoning_field = "reasoning";
  ollama.error_body =
      R"({"error":{"message":"<message>","type":"<type>","param":null,"code":null}})";
  ollama.errors = {
      {404, "not_found_error", "model 'm' not found"},
      {500, "api_error", "llama runner process has terminated"},
      {503, "api_error", "server busy, please try again.  maximum pending requests exceeded"}};
  return ollama;
}

}  // namespace monsoon::mock_engine
