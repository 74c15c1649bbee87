// DeepSpeed-MII's three servers on one port: the gateway (arrays, no stream; GET /terminate stops
// the real one), the FastAPI /generate (text as an array, no counts, no finish reason), and the
// OpenAI server (its role chunk leaves before any work is done; no usage in streams).
#include "common/base/str_cat.h"
#include "tests/mock_engine/dialects/dialects.h"
#include "tests/mock_engine/dialects/parts.h"

namespace monsoon::mock_engine {
namespace {

Wire Gateway() {
  Wire wire;
  wire.request = {.stream = RequestShape::Stream::kNever,
                  .model = "",
                  .prompt = {"/prompts"},
                  .limits = {"/max_new_tokens"},
                  .items = "/prompts"};
  wire.reasoning = false;
  wire.error_body = kTextError;
  wire.whole_begin = "[";
  wire.whole_item = R"({"generated_text":"<all_content>","prompt_length":<prompt_tokens>,)"
                    R"("generated_length":<words>,"finish_reason":"<finish>"})";
  wire.whole_end = "]";
  return wire;
}

Wire Generate() {
  Wire wire;
  wire.request = {.model = "", .prompt = {"/prompt"}};
  wire.reasoning = false;
  wire.error_body = kTextError;
  wire.token = Event(R"({"text": ["<text>"]})");
  wire.done = kDone;
  wire.whole_begin = R"({"text": ["<all_content>"]})";
  return wire;
}

Wire Chat() {
  Wire wire;
  wire.request = ChatShape();
  wire.request.stream_options = false;
  wire.request.flags = {};
  wire.reasoning = false;
  const ChunkTexts texts = {
      .head = R"({"id":"chatcmpl-<id>","object":"chat.completion.chunk","created":<created>,)"
              R"("model":"<model>",)",
      .tail = "}",
      .opening = R"({"index":<item>,"delta":{"role":"assistant"},"finish_reason":null})",
      .token = R"({"index":<item>,"delta":{"content":"<text>"},"finish_reason":null})",
      .finish = R"({"index":<item>,"delta":{},"finish_reason":"<finish>"})"};
  SetStream(texts, "", &wire);
  wire.early = std::move(wire.opening);
  wire.opening = Template();
  SetWholeChat("", "", &wire);
  return wire;
}

Wire Completions() {
  Wire wire = PlainCompletions();
  wire.request.stream_options = false;
  wire.request.flags = {};
  wire.usage = Template();
  return wire;
}

}  // namespace

Dialect DeepspeedMii() {
  Dialect mii;
  mii.name = "deepspeed-mii";
  mii.routes = {{"/mii/*", Gateway()},
                {"/generate", Generate()},
                {"/v1/chat/completions", Chat()},
                {"/v1/completions", Completions()}};
  mii.pages = {ModelsPage("/v1/models", "deepspeed-mii"),
               {.path = "/health", .body = R"({"status": "ok"})"},
               {.path = "/healthz", .body = "ok", .content_type = "text/plain"},
               {.path = "/terminate", .body = "Terminating", .dangerous = true}};
  mii.guard = Dialect::Guard::kV1;
  mii.needs_json_type = true;
  mii.error_body = R"({"object":"error","message":"<message>","code":<status>})";
  mii.unauthorized =
      R"({"detail":{"error":{"message":"","type":"invalid_request_error","param":null,)"
      R"("code":"invalid_api_key"}}})";
  return mii;
}

}  // namespace monsoon::mock_engine
