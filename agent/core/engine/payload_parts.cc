#include "agent/core/engine/payload_parts.h"

#include <optional>

#include "agent/core/engine/error_object.h"
#include "common/model/request_record.h"

namespace monsoon {
namespace {

// The member `name` of an object of details, which may be missing or null.
bool ReadDetail(JsonValue details, std::string_view name, int64_t& count) {
  if (KindOf(details) != '{') return true;
  return ForEachField(details, [name, &count](JsonKey key, JsonValue value) {
    if (KeyIs(key, name)) count = TokenCount(value);
    return true;
  });
}

}  // namespace

bool EmitText(JsonEvent& event, TextChannel channel, JsonValue value, ResponseSink& sink) {
  if (KindOf(value) != '"') return true;
  const std::optional<std::string_view> text = event.String(value);
  if (!text.has_value()) return false;
  if (!text->empty()) sink.OnText(channel, *text);
  return true;
}

int64_t TokenCount(JsonValue value) {
  const std::optional<int64_t> count = LenientInt(value);
  return count.has_value() && *count >= 0 ? *count : kUnknownTokens;
}

bool ReadUsage(JsonValue value, Usage& usage) {
  return ForEachField(value, [&usage](JsonKey key, JsonValue member) {
    if (KeyIs(key, "prompt_tokens") || KeyIs(key, "input_tokens")) {
      usage.input_tokens = TokenCount(member);
    } else if (KeyIs(key, "completion_tokens") || KeyIs(key, "output_tokens")) {
      usage.output_tokens = TokenCount(member);
    } else if (KeyIs(key, "reasoning_tokens")) {
      usage.reasoning_tokens = TokenCount(member);
    } else if (KeyIs(key, "prompt_tokens_details") || KeyIs(key, "input_tokens_details")) {
      return ReadDetail(member, "cached_tokens", usage.cached_tokens);
    } else if (KeyIs(key, "completion_tokens_details") || KeyIs(key, "output_tokens_details")) {
      return ReadDetail(member, "reasoning_tokens", usage.reasoning_tokens);
    }
    return true;
  });
}

bool HasCounts(const Usage& usage) { return usage.input_tokens > 0 || usage.output_tokens > 0; }

bool ReadFinishReason(JsonEvent& event, JsonValue value, FinishReason& reason) {
  const char kind = KindOf(value);
  if (kind == '{') {
    return ForEachField(value, [&event, &reason](JsonKey key, JsonValue inner) {
      return !KeyIs(key, "type") || ReadFinishReason(event, inner, reason);
    });
  }
  if (kind != '"') return true;
  const std::optional<std::string_view> word = event.String(value);
  if (!word.has_value()) return false;
  const FinishReason said = NormaliseFinishReason(*word);
  if (said != FinishReason::kNone) reason = said;
  return true;
}

bool HintsAtError(JsonKey key, JsonValue value) {
  if (KeyIs(key, "error")) return KindOf(value) != 'n';
  if (KeyIs(key, "object") || KeyIs(key, "type")) return IsString(value, "error");
  if (KeyIs(key, "message")) return KindOf(value) == '"';
  return KeyIs(key, "detail");
}

bool ReportError(std::string_view payload, PayloadForm form, ResponseSink& sink) {
  const auto error = FindErrorObject(payload);
  if (!error.has_value()) return false;
  sink.OnError(
      form == PayloadForm::kEvent ? ErrorClass::kErrorInStream : ErrorClass::kErrorIn200Body,
      DescribeError(*error));
  return true;
}

}  // namespace monsoon
