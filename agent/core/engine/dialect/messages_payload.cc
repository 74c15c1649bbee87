#include "agent/core/engine/dialect/messages_payload.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "agent/core/engine/payload_parts.h"
#include "common/model/request_record.h"

namespace monsoon {

void MessagesPayload::Begin(ResponseSink* sink) {
  sink_ = sink;
  input_tokens_ = kUnknownTokens;
  finished_ = ended_ = false;
  event_.ReleaseLargeBuffers();
}

PayloadProgress MessagesPayload::progress() const {
  if (ended_) return PayloadProgress::kTerminated;
  return finished_ ? PayloadProgress::kFinished : PayloadProgress::kOpen;
}

PayloadResult MessagesPayload::Read(std::string_view event_name, std::string_view payload,
                                    PayloadForm form) {
  if (payload == "null") return PayloadResult::kRead;
  const bool document = form == PayloadForm::kDocument;
  Event event;
  event.kind = document ? EventKind::kMessage : KindNamed(event_name);
  const bool read = event_.Open(payload) && ReadRoot(event);
  if (event_.repaired()) sink_->OnFlags(kFlagInvalidUtf8);
  const bool foreign = document && !event.has_content;
  if ((event.suspect || foreign) && ReportError(payload, form, *sink_)) {
    return PayloadResult::kError;
  }
  if (event.kind == EventKind::kMessageStop) ended_ = true;
  EmitOutcome(event);
  return read && !foreign ? PayloadResult::kRead : PayloadResult::kNotJson;
}

MessagesPayload::EventKind MessagesPayload::KindNamed(std::string_view type) {
  static constexpr std::array<std::pair<std::string_view, EventKind>, 7> kKinds = {{
      {"content_block_delta", EventKind::kBlockDelta},
      {"content_block_start", EventKind::kBlockStart},
      {"message_start", EventKind::kMessageStart},
      {"message_delta", EventKind::kMessageDelta},
      {"message_stop", EventKind::kMessageStop},
      {"message", EventKind::kMessage},
      {"error", EventKind::kError},
  }};
  const auto* const found = std::find_if(kKinds.begin(), kKinds.end(),
                                         [type](const auto& kind) { return kind.first == type; });
  return found == kKinds.end() ? EventKind::kIgnored : found->second;
}

bool MessagesPayload::ReadRoot(Event& out) {
  if (event_.root_kind() != '{') return false;
  const bool read = ForEachField(event_.root(), [this, &out](JsonKey key, JsonValue value) {
    return ReadMember(out, key, value);
  });
  return read && event_.AtEnd();
}

bool MessagesPayload::ReadMember(Event& out, JsonKey key, JsonValue value) {
  const char kind = KindOf(value);
  if (KeyIs(key, "type")) {
    if (kind != '"') return true;
    const std::optional<std::string_view> type = event_.String(value);
    if (!type.has_value()) return false;
    out.kind = KindNamed(*type);
    out.suspect |= out.kind == EventKind::kError;
    return true;
  }
  if (KeyIs(key, "delta")) return kind != '{' || ReadDelta(out, value);
  if (KeyIs(key, "content_block")) {
    return kind != '{' || out.kind != EventKind::kBlockStart || ReadBlock(value);
  }
  if (KeyIs(key, "message") && kind == '{') {
    return out.kind != EventKind::kMessageStart || ReadMessageStart(out, value);
  }
  if (KeyIs(key, "usage")) return kind != '{' || ReadCounts(out, value);
  if (out.kind == EventKind::kMessage) {
    if (KeyIs(key, "content") && kind == '[') {
      out.has_content = true;
      return ForEachElement(
          value, [this](JsonValue block) { return KindOf(block) != '{' || ReadBlock(block); });
    }
    if (KeyIs(key, "stop_reason")) return ReadFinishReason(event_, value, out.reason);
  }
  out.suspect |= HintsAtError(key, value);
  return true;
}

// Of a block (content_block_delta), or of the message (message_delta).
bool MessagesPayload::ReadDelta(Event& out, JsonValue delta) {
  return ForEachField(delta, [this, &out](JsonKey key, JsonValue value) {
    if (out.kind == EventKind::kBlockDelta) return ReadBlockMember(key, value);
    if (out.kind != EventKind::kMessageDelta || !KeyIs(key, "stop_reason")) return true;
    return ReadFinishReason(event_, value, out.reason);
  });
}

bool MessagesPayload::ReadBlock(JsonValue block) {
  return ForEachField(block,
                      [this](JsonKey key, JsonValue value) { return ReadBlockMember(key, value); });
}

// A delta's member, or a whole block's; the input of a whole tool_use block is an object.
bool MessagesPayload::ReadBlockMember(JsonKey key, JsonValue value) {
  if (KeyIs(key, "text")) return EmitText(event_, TextChannel::kContent, value, *sink_);
  if (KeyIs(key, "thinking")) return EmitText(event_, TextChannel::kReasoning, value, *sink_);
  if (KeyIs(key, "partial_json") || KeyIs(key, "name")) {
    return EmitText(event_, TextChannel::kTool, value, *sink_);
  }
  return true;
}

bool MessagesPayload::ReadMessageStart(Event& out, JsonValue message) {
  return ForEachField(message, [&out](JsonKey key, JsonValue value) {
    if (!KeyIs(key, "usage") || KindOf(value) != '{') return true;
    const bool read = ReadCounts(out, value);
    out.usage.output_tokens = kUnknownTokens;
    return read;
  });
}

bool MessagesPayload::ReadCounts(Event& out, JsonValue value) {
  int64_t input = 0;
  bool any_input = false;
  const bool read = ForEachField(value, [&](JsonKey key, JsonValue member) {
    if (KeyIs(key, "output_tokens")) {
      out.usage.output_tokens = TokenCount(member);
      return true;
    }
    const bool cached = KeyIs(key, "cache_read_input_tokens");
    if (!cached && !KeyIs(key, "input_tokens") && !KeyIs(key, "cache_creation_input_tokens")) {
      return true;
    }
    const int64_t count = TokenCount(member);
    if (cached) out.usage.cached_tokens = count;
    any_input |= count >= 0;
    input += std::max<int64_t>(count, 0);
    return true;
  });
  if (any_input) out.usage.input_tokens = input;
  out.has_usage = true;
  return read;
}

void MessagesPayload::EmitOutcome(const Event& event) {
  if (event.reason != FinishReason::kNone) {
    finished_ = true;
    sink_->OnFinish(event.reason);
  }
  if (!event.has_usage) return;
  Usage usage = event.usage;
  input_tokens_ = std::max(input_tokens_, usage.input_tokens);
  usage.input_tokens = input_tokens_ > 0 ? input_tokens_ : kUnknownTokens;
  sink_->OnUsage(usage);
}

}  // namespace monsoon
