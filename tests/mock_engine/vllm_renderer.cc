#include "tests/mock_engine/vllm_renderer.h"

#include "absl/strings/str_cat.h"

#include "common/base/str_cat.h"
#include "tests/mock_engine/vocabulary.h"

namespace monsoon::mock_engine {
namespace {

void AppendUsageObject(const Usage& usage, std::string* out) {
  absl::StrAppend(out, "\"usage\":{\"prompt_tokens\":", usage.prompt_tokens,
                  ",\"total_tokens\":", usage.prompt_tokens + usage.completion_tokens,
                  ",\"completion_tokens\":", usage.completion_tokens);
  if (usage.cached_tokens >= 0) {
    absl::StrAppend(out, ",\"prompt_tokens_details\":{\"cached_tokens\":", usage.cached_tokens,
                    "}");
  }
  out->push_back('}');
}

}  // namespace

VllmRenderer::VllmRenderer(const AnswerIdentity& identity)
    : identity_members_(
          StrCat("\"created\":", identity.created_s, ",\"model\":", JsonString(identity.model))),
      id_(StrCat("\"chatcmpl-", absl::Hex(identity.request_index, absl::kZeroPad8), "\"")),
      chunk_begin_(StrCat("data: {\"id\":", id_, ",\"object\":\"chat.completion.chunk\",",
                          identity_members_, ",\"choices\":[")),
      reasoning_field_(identity.reasoning_field),
      continuous_usage_(identity.continuous_usage) {}

void VllmRenderer::AppendEventEnd(const Usage& so_far, std::string* out) const {
  if (continuous_usage_) {
    out->push_back(',');
    AppendUsageObject(so_far, out);
  }
  out->append("}\n\n");
}

void VllmRenderer::AppendTokens(const Chunk& chunk, std::string_view finish_reason,
                                const Usage& so_far, std::string* out) const {
  if (chunk.first_token == 0) {
    out->append(chunk_begin_);
    out->append(
        R"({"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}])");
    if (!continuous_usage_) out->append(",\"prompt_token_ids\":null");
    AppendEventEnd({so_far.prompt_tokens, 0, so_far.cached_tokens}, out);
  }
  out->append(chunk_begin_);
  out->append("{\"index\":0,\"delta\":{\"");
  out->append(chunk.reasoning ? std::string_view(reasoning_field_) : "content");
  out->append("\":\"");
  AppendWords(chunk.first_token, chunk.tokens, false, out);
  if (finish_reason.empty()) {
    out->append(R"("},"logprobs":null,"finish_reason":null,"token_ids":null}])");
  } else {
    out->append(R"("},"logprobs":null,"finish_reason":")");
    out->append(finish_reason);
    out->append(R"(","stop_reason":null,"token_ids":null}])");
  }
  AppendEventEnd(so_far, out);
}

void VllmRenderer::AppendUsage(const Usage& usage, std::string* out) const {
  absl::StrAppend(out, chunk_begin_, "],");
  AppendUsageObject(usage, out);
  out->append("}\n\n");
}

void VllmRenderer::AppendError(const EngineError& error, std::string* out) const {
  absl::StrAppend(out, "data: ", ErrorBody(Dialect::kVllm, error), "\n\n");
}

std::string VllmRenderer::WholeAnswer(int64_t reasoning_tokens, std::string_view finish_reason,
                                      const Usage& usage) const {
  std::string out =
      StrCat("{\"id\":", id_, ",\"object\":\"chat.completion\",", identity_members_,
             ",\"choices\":[{\"index\":0,\"message\":", R"({"role":"assistant","content":")");
  AppendWords(reasoning_tokens, usage.completion_tokens - reasoning_tokens, false, &out);
  out.push_back('"');
  if (reasoning_tokens > 0) {
    absl::StrAppend(&out, ",\"", reasoning_field_, "\":\"");
    AppendWords(0, reasoning_tokens, false, &out);
    out.push_back('"');
  }
  absl::StrAppend(&out, R"(,"tool_calls":[]},"logprobs":null,"finish_reason":")",
                  ToAbsl(finish_reason), R"(","stop_reason":null}],)");
  AppendUsageObject(usage, &out);
  out.push_back('}');
  return out;
}

}  // namespace monsoon::mock_engine
