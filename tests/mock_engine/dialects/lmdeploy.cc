// LMDeploy's api_server: JSON as Python's json.dumps writes it (spaces, \uXXXX), the role in every
// delta, absent members instead of nulls, flat error objects; and /generate with token ids.
#include "common/base/str_cat.h"
#include "tests/mock_engine/dialects/dialects.h"
#include "tests/mock_engine/dialects/parts.h"

namespace monsoon::mock_engine {
namespace {

constexpr std::string_view kUsage =
    R"("usage": {"prompt_tokens": <prompt_tokens>, "total_tokens": <total_tokens>, )"
    R"("completion_tokens": <tokens><?cached>, )"
    R"("prompt_tokens_details": {"cached_tokens": <cached_tokens>}</>})";

constexpr std::string_view kError =
    R"({"message": "<message>", "type": "<type>", "code": <status>, "param": null, )"
    R"("object": "error"})";

void SetEnds(std::string_view begin, Wire* wire) {
  wire->ascii_only = true;
  wire->usage = StrCat(begin, "], ", kUsage, "}\n\n");
  wire->done = kDone;
  wire->error = Event(StrCat(R"({"error": )", kError, "}"));
  wire->after_error = kDone;
  wire->whole_end = StrCat("], ", kUsage, "}");
  wire->item_separator = ", ";
}

Wire Chat() {
  Wire wire;
  wire.request = ChatShape();
  const std::string identity = R"("created": <created>, "model": "<model>", "choices": [)";
  const std::string begin =
      StrCat(R"(data: {"id": "<number>", "object": "chat.completion.chunk", )", identity);
  wire.token = StrCat(
      begin, R"({"index": <item>, "delta": {"role": "assistant", "<field>": "<text>"})",
      R"(<?last>, "finish_reason": "<finish>"</>}])", R"(<?usage>, "usage": null</>})", "\n\n");
  SetEnds(begin, &wire);
  wire.whole_begin = StrCat(R"({"id": "<number>", "object": "chat.completion", )", identity);
  wire.whole_item =
      R"({"index": <item>, "message": {"role": "assistant", "content": "<all_content>")"
      R"(<?thinks>, "<reasoning_field>": "<all_reasoning>"</>}, "finish_reason": "<finish>"})";
  return wire;
}

Wire Completions() {
  Wire wire;
  wire.request = CompletionShape();
  wire.reasoning = false;
  const std::string identity = R"("created": <created>, "model": "<model>", "choices": [)";
  const std::string begin = StrCat(R"(data: {"id": "-1", "object": "text_completion", )", identity);
  wire.token = StrCat(begin, R"({"index": <item>, "text": "<text>")",
                      R"(<?last>, "finish_reason": "<finish>"</>}])",
                      R"(<?usage>, "usage": null</>})", "\n\n");
  SetEnds(begin, &wire);
  wire.whole_begin = StrCat(R"({"id": "-1", "object": "text_completion", )", identity);
  wire.whole_item = R"({"index": <item>, "text": "<all_content>", "finish_reason": "<finish>"})";
  return wire;
}

Wire Generate() {
  Wire wire;
  wire.request = {.model = "", .prompt = {"/prompt", "/input_ids"}};
  wire.reasoning = false;
  const std::string meta =
      R"("meta_info": {"prompt_tokens": <prompt_tokens>, "completion_tokens": <tokens>, )"
      R"("finish_reason": )";
  wire.token = Event(StrCat(R"({"text": "<text>", "output_ids": [<ids>], )", meta,
                            R"(<?last>{"type": "<finish>"}<:>null</>}})"));
  SetEnds("", &wire);
  wire.usage = Template();
  wire.whole_end = Template();
  wire.whole_begin = StrCat(R"({"text": "<all_content>", "output_ids": [<all_ids>], )", meta,
                            R"({"type": "<finish>"}}})");
  return wire;
}

}  // namespace

Dialect Lmdeploy() {
  Dialect lmdeploy;
  lmdeploy.name = "lmdeploy";
  lmdeploy.routes = {{"/v1/chat/completions", Chat()},
                     {"/v1/completions", Completions()},
                     {"/generate", Generate()},
                     {"/v1/responses", ResponsesWire()},
                     {"/v1/messages", MessagesWire()},
                     {"/v1/embeddings", EmbeddingsWire()},
                     {"/v1/encode", TokenizerWire({"/input"}, R"({"input_ids":[<all_ids>],)"
                                                              R"("length":<prompt_tokens>})")}};
  lmdeploy.pages = {ModelsPage("/v1/models", "lmdeploy"),
                    {.path = "/health", .body = R"({"status": "healthy"})"},
                    {.path = "/is_sleeping", .body = R"({"is_sleeping": false})"},
                    {.path = "/metrics",
                     .body = "lmdeploy:num_requests_running{model_name=\"<model>\"} 0.0\n",
                     .content_type = "text/plain; version=0.0.4"},
                    {.path = "/terminate", .body = "{}", .dangerous = true}};
  lmdeploy.guard = Dialect::Guard::kAllButHealth;
  lmdeploy.needs_json_type = true;
  lmdeploy.error_body = std::string(kError);
  return lmdeploy;
}

}  // namespace monsoon::mock_engine
