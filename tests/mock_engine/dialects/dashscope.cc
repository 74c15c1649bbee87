// DashScope: no blank behind colons, the status in a comment, the finish reason "null" as a string
// until the end, the whole text again in each event unless incremental_output is asked for. A
// stream needs the header X-DashScope-SSE: enable. And its OpenAI-compatible mode.
#include "common/base/str_cat.h"
#include "tests/mock_engine/dialects/dialects.h"
#include "tests/mock_engine/dialects/parts.h"

namespace monsoon::mock_engine {
namespace {

constexpr std::string_view kUsage =
    R"("usage":{"total_tokens":<total_tokens>,"input_tokens":<prompt_tokens>,)"
    R"("output_tokens":<tokens><?cached>,"prompt_tokens_details":)"
    R"({"cached_tokens":<cached_tokens>}</>},"request_id":"<id>"})";

constexpr std::string_view kErrorObject =
    R"({"code":"<type>","message":"<message>","request_id":"<id>"})";

Wire Native() {
  Wire wire;
  wire.request = {.stream = RequestShape::Stream::kDashScopeHeader,
                  .prompt = {"/input/messages", "/input/prompt"},
                  .limits = {"/parameters/max_tokens"},
                  .flags = {{Flag::kIncremental, "/parameters/incremental_output"},
                            {Flag::kDetails, "/parameters/result_format"}}};
  wire.cumulative = true;
  const std::string finish = R"("finish_reason":"<?last><finish><:>null</>")";
  wire.token = StrCat("id:<event>\nevent:result\n:HTTP_STATUS/200\ndata:",
                      R"({"output":{<?details>"choices":[{"message":{"content":"<content>",)",
                      R"("reasoning_content":"<reasoning>","role":"assistant"},)", finish, "}]<:>",
                      finish, R"(,"text":"<content>"</>},)", kUsage, "\n\n");
  wire.error = StrCat("id:1\nevent:error\n:HTTP_STATUS/<status>\ndata:", kErrorObject, "\n\n");
  wire.line_begin = "data:";
  wire.whole_begin = StrCat(
      R"({"output":{<?details>"choices":[{"message":{"content":"<all_content>",)",
      R"("reasoning_content":"<all_reasoning>","role":"assistant"},"finish_reason":"<finish>"}])",
      R"(<:>"finish_reason":"<finish>","text":"<all_content>"</>},)", kUsage);
  return wire;
}

Wire Compatible() {
  Wire wire;
  wire.request = ChatShape();
  const std::string tail = R"(,"object":"chat.completion.chunk","usage":null,"created":<created>,)"
                           R"("system_fingerprint":null,"model":"<model>","id":"chatcmpl-<id>"})";
  SetStream({.head = "{",
             .tail = tail,
             .opening = R"({"delta":{"content":"","role":"assistant"},"index":<item>,)"
                        R"("logprobs":null,"finish_reason":null})",
             .token = R"({"finish_reason":null,"logprobs":null,"delta":{"<field>":"<text>"},)"
                      R"("index":<item>})",
             .finish = R"({"finish_reason":"<finish>","delta":{"content":""},"index":<item>,)"
                       R"("logprobs":null})"},
            "", &wire);
  wire.usage =
      Event(StrCat(R"({"choices":[],"object":"chat.completion.chunk","usage":)", kUsageObject,
                   R"(,"created":<created>,"system_fingerprint":null,)"
                   R"("model":"<model>","id":"chatcmpl-<id>"})"));
  wire.error = Event(kNestedError);
  wire.error_body = kNestedError;
  SetWholeChat("", "", &wire);
  return wire;
}

Wire NativeEmbeddings() {
  Wire wire = EmbeddingsWire();
  wire.request.prompt = {"/input/texts"};
  wire.request.items = "/input/texts";
  wire.whole_begin = R"({"output":{"embeddings":[)";
  wire.whole_item = R"({"text_index":<item>,"embedding":[0.25,-0.5,0.125,0.0625]})";
  wire.whole_end = R"(]},"usage":{"total_tokens":<prompt_tokens>},"request_id":"<id>"})";
  return wire;
}

Wire NativeRerank() {
  Wire wire = RerankWire();
  wire.request.prompt = {"/input/query", "/input/documents"};
  wire.request.items = "/input/documents";
  wire.whole_begin = R"({"output":{"results":[)";
  wire.whole_end = R"(]},"usage":{"total_tokens":<prompt_tokens>},"request_id":"<id>"})";
  return wire;
}

}  // namespace

Dialect Dashscope() {
  Dialect dashscope;
  dashscope.name = "dashscope";
  const std::string services = "/api/v1/services/";
  Wire compatible_embeddings = EmbeddingsWire();
  compatible_embeddings.error_body = kNestedError;
  dashscope.routes = {{services + "aigc/text-generation/generation", Native()},
                      {services + "aigc/multimodal-generation/generation", Native()},
                      {services + "embeddings/text-embedding/text-embedding", NativeEmbeddings()},
                      {services + "rerank/text-rerank/text-rerank", NativeRerank()},
                      {"/compatible-mode/v1/chat/completions", Compatible()},
                      {"/compatible-mode/v1/embeddings", compatible_embeddings}};
  dashscope.pages = {ModelsPage("/compatible-mode/v1/models", "system")};
  dashscope.guard = Dialect::Guard::kAllButHealth;
  dashscope.needs_json_type = true;
  dashscope.overload = 429;
  dashscope.error_body = std::string(kErrorObject);
  dashscope.errors = {{400, "InvalidParameter", "The request is not understood."},
                      {401, "InvalidApiKey", "Invalid API-key provided."},
                      {403, "AccessDenied", "Access denied."},
                      {404, "ModelNotFound", "Model can not be found."},
                      {429, "Throttling.RateQuota", "Requests rate limit exceeded."},
                      {500, "InternalError", "An internal error has occurred."},
                      {503, "ServiceUnavailable", "The service is not available."}};
  return dashscope;
}

}  // namespace monsoon::mock_engine
