#include "agent/core/engine/dialect/result_payload.h"

#include <algorithm>

#include "agent/core/engine/payload_parts.h"
#include "common/model/request_record.h"

namespace monsoon {
namespace {

bool IsNumber(char kind) { return kind == '-' || (kind >= '0' && kind <= '9'); }

// Looks at the first element only: a vector may have thousands.
bool IsVector(JsonValue value) {
  bool any = false;
  ForEachElement(value, [&any](JsonValue element) {
    any = IsNumber(KindOf(element));
    return false;
  });
  return any;
}

bool ReadCount(JsonValue object, std::string_view name, int64_t& count) {
  if (KindOf(object) != '{') return true;
  return ForEachField(object, [name, &count](JsonKey key, JsonValue value) {
    if (KeyIs(key, name)) count = TokenCount(value);
    return true;
  });
}

}  // namespace

void ResultPayload::Begin(ResponseSink* sink) {
  sink_ = sink;
  complete_ = false;
  event_.ReleaseLargeBuffers();
}

PayloadResult ResultPayload::Read(std::string_view, std::string_view payload, PayloadForm form) {
  Answer answer;
  const bool read = event_.Open(payload) && ReadRoot(answer);
  const bool good = read && answer.entries > 0 && answer.results == answer.entries;
  if ((!good || answer.suspect) && ReportError(payload, form, *sink_)) {
    return PayloadResult::kError;
  }
  if (!good) return PayloadResult::kNotJson;
  complete_ = true;
  sink_->OnFlags(kFlagNoText);
  Usage usage;
  for (const int64_t count : {answer.prompt_tokens, answer.total_tokens, answer.entry_tokens}) {
    if (usage.input_tokens <= 0) usage.input_tokens = count;
  }
  if (HasCounts(usage)) sink_->OnUsage(usage);
  return PayloadResult::kRead;
}

bool ResultPayload::ReadRoot(Answer& out) {
  const bool read =
      event_.root_kind() == '['
          ? ForEachElement(event_.root(),
                           [this, &out](JsonValue entry) { return ReadEntry(out, entry); })
          : ForEachField(event_.root(), [this, &out](JsonKey key, JsonValue value) {
              return ReadMember(out, key, value);
            });
  return read && event_.AtEnd();
}

bool ResultPayload::ReadMember(Answer& out, JsonKey key, JsonValue value) {
  if (KeyIs(key, kind_ == ResultKind::kEmbeddings ? "data" : "results")) {
    return ReadList(out, value);
  }
  if (KeyIs(key, "usage") && KindOf(value) == '{') {
    return ForEachField(value, [&out](JsonKey name, JsonValue count) {
      if (KeyIs(name, "prompt_tokens") || KeyIs(name, "input_tokens")) {
        out.prompt_tokens = TokenCount(count);
      }
      if (KeyIs(name, "total_tokens")) out.total_tokens = TokenCount(count);
      return true;
    });
  }
  out.suspect |= HintsAtError(key, value);
  return true;
}

bool ResultPayload::ReadList(Answer& out, JsonValue list) {
  if (KindOf(list) != '[') return true;
  return ForEachElement(list, [this, &out](JsonValue entry) { return ReadEntry(out, entry); });
}

bool ResultPayload::ReadEntry(Answer& out, JsonValue entry) {
  ++out.entries;
  if (KindOf(entry) != '{') return true;
  bool is_result = false;
  int64_t tokens = kUnknownTokens;
  const bool read = ForEachField(entry, [&](JsonKey key, JsonValue value) {
    if (KeyIs(key, "meta_info")) return ReadCount(value, "prompt_tokens", tokens);
    is_result |= IsResult(key, value);
    return true;
  });
  out.results += is_result;
  if (tokens >= 0) out.entry_tokens = std::max<int64_t>(out.entry_tokens, 0) + tokens;
  return read;
}

bool ResultPayload::IsResult(JsonKey key, JsonValue value) const {
  const char kind = KindOf(value);
  if (kind_ == ResultKind::kRerank) {
    return (KeyIs(key, "relevance_score") || KeyIs(key, "score")) && IsNumber(kind);
  }
  if (!KeyIs(key, "embedding")) return false;
  return kind == '[' ? IsVector(value) : kind == '"' && !IsString(value, "");
}

}  // namespace monsoon
