#include "tests/mock_engine/lmdeploy_renderer.h"

#include "absl/strings/str_cat.h"

#include "common/base/str_cat.h"
#include "tests/mock_engine/vocabulary.h"

namespace monsoon::mock_engine {
namespace {

void AppendUsageObject(const Usage& usage, std::string* out) {
  absl::StrAppend(out, "\"usage\": {\"prompt_tokens\": ", usage.prompt_tokens,
                  ", \"total_tokens\": ", usage.prompt_tokens + usage.completion_tokens,
                  ", \"completion_tokens\": ", usage.completion_tokens);
  if (usage.cached_tokens >= 0) {
    absl::StrAppend(out, ", \"prompt_tokens_details\": {\"cached_tokens\": ", usage.cached_tokens,
                    "}");
  }
  out->push_back('}');
}

}  // namespace

LmdeployRenderer::LmdeployRenderer(const AnswerIdentity& identity)
    : identity_members_(StrCat("\"created\": ", identity.created_s,
                               ", \"model\": ", JsonString(identity.model, true))),
      id_(StrCat("\"", identity.request_index + 1, "\"")),
      chunk_begin_(StrCat("data: {\"id\": ", id_, ", \"object\": \"chat.completion.chunk\", ",
                          identity_members_, ", \"choices\": [")),
      reasoning_field_(identity.reasoning_field),
      usage_in_stream_(identity.usage_in_stream) {}

void LmdeployRenderer::AppendTokens(const Chunk& chunk, std::string_view finish_reason,
                                    const Usage&, std::string* out) const {
  out->append(chunk_begin_);
  out->append(R"({"index": 0, "delta": {"role": "assistant", ")");
  out->append(chunk.reasoning ? std::string_view(reasoning_field_) : "content");
  out->append("\": \"");
  AppendWords(chunk.first_token, chunk.tokens, true, out);
  out->append("\"}");
  if (!finish_reason.empty()) {
    out->append(", \"finish_reason\": \"");
    out->append(finish_reason);
    out->push_back('"');
  }
  out->append(usage_in_stream_ ? "}], \"usage\": null}\n\n" : "}]}\n\n");
}

void LmdeployRenderer::AppendUsage(const Usage& usage, std::string* out) const {
  absl::StrAppend(out, chunk_begin_, "], ");
  AppendUsageObject(usage, out);
  out->append("}\n\n");
}

void LmdeployRenderer::AppendError(const EngineError& error, std::string* out) const {
  absl::StrAppend(out, "data: {\"error\": ", ErrorBody(Dialect::kLmdeploy, error), "}\n\n");
}

std::string LmdeployRenderer::WholeAnswer(int64_t reasoning_tokens, std::string_view finish_reason,
                                          const Usage& usage) const {
  std::string out = StrCat(
      "{\"id\": ", id_, ", \"object\": \"chat.completion\", ", identity_members_,
      ", \"choices\": [{\"index\": 0, \"message\": ", R"({"role": "assistant", "content": ")");
  AppendWords(reasoning_tokens, usage.completion_tokens - reasoning_tokens, true, &out);
  out.push_back('"');
  if (reasoning_tokens > 0) {
    absl::StrAppend(&out, ", \"", reasoning_field_, "\": \"");
    AppendWords(0, reasoning_tokens, true, &out);
    out.push_back('"');
  }
  absl::StrAppend(&out, "}, \"finish_reason\": \"", ToAbsl(finish_reason), "\"}], ");
  AppendUsageObject(usage, &out);
  out.push_back('}');
  return out;
}

}  // namespace monsoon::mock_engine
