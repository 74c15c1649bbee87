// Azure OpenAI: the deployment in the path, api-version in the query, the key in `api-key`. Streams
// begin with a chunk of the prompt filter (no choices) and have choices without a delta.
#include "common/base/str_cat.h"
#include "tests/mock_engine/dialects/dialects.h"
#include "tests/mock_engine/dialects/parts.h"

namespace monsoon::mock_engine {
namespace {

constexpr std::string_view kSafe = R"({"hate":{"filtered":false,"severity":"safe"}})";

Wire Chat() {
  Wire wire;
  wire.request = ChatShape();
  wire.request.refused = {"/ignore_eos", "/min_tokens", "/top_k", "/repetition_penalty"};
  const std::string begin = R"({"content_filter_results":)";
  SetStream({.head = "{",
             .tail = R"(,"created":<created>,"id":"chatcmpl-<id>","model":"<model>",)"
                     R"("object":"chat.completion.chunk"<?usage>,"usage":null</>})",
             .opening = begin + R"({},"delta":{"content":"","refusal":null,"role":"assistant"},)"
                                R"("finish_reason":null,"index":<item>,"logprobs":null})",
             .token = StrCat(begin, kSafe, R"(,"delta":{"<field>":"<text>"},)",
                             R"("finish_reason":null,"index":<item>,"logprobs":null})"),
             .finish = begin + R"({},"delta":{},"finish_reason":"<finish>","index":<item>,)"
                               R"("logprobs":null})"},
            "", &wire);
  wire.early = Event(StrCat(
      R"({"choices":[],"created":0,"id":"","model":"","object":"",)",
      R"("prompt_filter_results":[{"prompt_index":0,"content_filter_results":)", kSafe, "}]}"));
  // The note of the asynchronous filter may come behind the finish reason.
  wire.usage = Event(StrCat(R"({"choices":[],"created":<created>,"id":"chatcmpl-<id>",)",
                            R"("model":"<model>","object":"chat.completion.chunk","usage":)",
                            kUsageObject, "}"));
  wire.done =
      Event(R"({"choices":[{"content_filter_offsets":{"check_offset":44,"start_offset":44,)"
            R"("end_offset":198},"content_filter_results":{},"finish_reason":null,"index":0}],)"
            R"("created":0,"id":"","model":"","object":""})") +
      kDone;
  wire.error = Event(kNestedError);
  SetWholeChat("", "", &wire);
  return wire;
}

// In the path's form the deployment names the model, and the body need not.
Route Deployed(std::string_view path, Wire wire) {
  wire.request.model.clear();
  return {.path = StrCat("/openai/deployments/*/", path),
          .wire = std::move(wire),
          .needed_query = "api-version"};
}

}  // namespace

Dialect Azure() {
  Dialect azure;
  azure.name = "azure";
  azure.routes = {
      Deployed("chat/completions", Chat()),
      Deployed("completions", PlainCompletions()),
      Deployed("embeddings", EmbeddingsWire()),
      {.path = "/openai/responses", .wire = ResponsesWire(), .needed_query = "api-version"},
      {"/openai/v1/chat/completions", Chat()},
      {"/openai/v1/completions", PlainCompletions()},
      {"/openai/v1/responses", ResponsesWire()},
      {"/openai/v1/embeddings", EmbeddingsWire()}};
  azure.pages = {ModelsPage("/openai/models", "azure"), ModelsPage("/openai/v1/models", "azure")};
  azure.guard = Dialect::Guard::kAllButHealth;
  azure.key_header = "api-key";
  azure.overload = 429;
  azure.error_body = R"({"error":{"code":"<type>","message":"<message>"}})";
  azure.errors = {{400, "invalid_request", "The request is not understood."},
                  {401, "401", "Access denied due to invalid subscription key."},
                  {404, "404", "Resource not found"},
                  {429, "429", "Requests have exceeded the call rate limit."},
                  {500, "InternalServerError", "Backend failure."}};
  return azure;
}

}  // namespace monsoon::mock_engine
