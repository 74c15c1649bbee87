#include "agent/core/engine/dialect/responses_payload.h"

#include <optional>

#include "agent/core/engine/payload_parts.h"
#include "common/model/request_record.h"

namespace monsoon {
namespace {

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TextChannel ChannelOf(std::string_view delta_type) {
  if (Contains(delta_type, "reasoning")) return TextChannel::kReasoning;
  if (Contains(delta_type, "refusal")) return TextChannel::kRefusal;
  const bool tool = Contains(delta_type, "_call") || Contains(delta_type, "arguments");
  return tool ? TextChannel::kTool : TextChannel::kContent;
}

// What a status, or the end of a terminal event's type, says; "in_progress" and "queued": nothing.
FinishReason ReasonOfStatus(std::string_view status) {
  if (status == "completed") return FinishReason::kStop;
  if (status == "incomplete") return FinishReason::kOther;
  if (status == "failed") return FinishReason::kError;
  if (status == "cancelled") return FinishReason::kAbort;
  return FinishReason::kNone;
}

}  // namespace

void ResponsesPayload::Begin(ResponseSink* sink) {
  sink_ = sink;
  any_text_ = any_tool_call_ = ended_ = false;
  event_.ReleaseLargeBuffers();
}

PayloadResult ResponsesPayload::Read(std::string_view event_name, std::string_view payload,
                                     PayloadForm form) {
  if (payload == "null") return PayloadResult::kRead;
  Event event;
  Classify(event_name, event);
  const bool read = event_.Open(payload) && ReadRoot(event, form);
  if (event_.repaired()) sink_->OnFlags(kFlagInvalidUtf8);
  if (event.kind == EventKind::kTerminal || event.kind == EventKind::kError) ended_ = true;
  const bool foreign = form == PayloadForm::kDocument && !event.has_output;
  if ((event.suspect || foreign) && ReportError(payload, form, *sink_)) {
    return PayloadResult::kError;
  }
  EmitOutcome(event);
  return read && !foreign ? PayloadResult::kRead : PayloadResult::kNotJson;
}

void ResponsesPayload::Classify(std::string_view type, Event& out) {
  if (type.ends_with(".delta")) {
    out.kind = EventKind::kDelta;
    out.channel = ChannelOf(type);
    return;
  }
  const size_t prefix = std::string_view("response.").size();
  out.status =
      type.starts_with("response.") ? ReasonOfStatus(type.substr(prefix)) : FinishReason::kNone;
  out.kind = out.status != FinishReason::kNone ? EventKind::kTerminal
             : type == "error"                 ? EventKind::kError
                                               : EventKind::kOther;
}

bool ResponsesPayload::ReadRoot(Event& out, PayloadForm form) {
  if (event_.root_kind() != '{') return false;
  const bool document = form == PayloadForm::kDocument;
  const bool read = ForEachField(event_.root(), [&](JsonKey key, JsonValue value) {
    return document ? ReadResponseMember(out, key, value) : ReadEventMember(out, key, value);
  });
  return read && event_.AtEnd();
}

bool ResponsesPayload::ReadEventMember(Event& out, JsonKey key, JsonValue value) {
  if (KeyIs(key, "type")) {
    if (KindOf(value) != '"') return true;
    const std::optional<std::string_view> type = event_.String(value);
    if (!type.has_value()) return false;
    Classify(*type, out);
    out.suspect |= out.kind == EventKind::kError;
    return true;
  }
  if (KeyIs(key, "delta")) {
    return out.kind != EventKind::kDelta || Emit(out.channel, value);
  }
  if (KeyIs(key, "response")) {
    if (out.kind != EventKind::kTerminal || KindOf(value) != '{') return true;
    return ForEachField(value, [this, &out](JsonKey name, JsonValue member) {
      return ReadResponseMember(out, name, member);
    });
  }
  out.suspect |= HintsAtError(key, value);
  return true;
}

// Of a response object: a whole answer, or what a terminal event repeats.
bool ResponsesPayload::ReadResponseMember(Event& out, JsonKey key, JsonValue value) {
  const char kind = KindOf(value);
  if (KeyIs(key, "status")) return kind != '"' || ReadStatus(out, value);
  if (KeyIs(key, "output")) {
    if (kind != '[') return true;
    out.has_output = true;
    return any_text_ || ReadOutput(value);
  }
  if (KeyIs(key, "incomplete_details")) {
    if (kind != '{') return true;
    return ForEachField(value, [this, &out](JsonKey name, JsonValue reason) {
      return !KeyIs(name, "reason") || ReadFinishReason(event_, reason, out.incomplete);
    });
  }
  if (KeyIs(key, "usage")) return kind != '{' || ReadUsage(value, out.usage);
  out.suspect |= HintsAtError(key, value);
  return true;
}

bool ResponsesPayload::ReadStatus(Event& out, JsonValue value) {
  const std::optional<std::string_view> status = event_.String(value);
  if (!status.has_value()) return false;
  const FinishReason reason = ReasonOfStatus(*status);
  if (reason != FinishReason::kNone) out.status = reason;
  return true;
}

bool ResponsesPayload::ReadOutput(JsonValue items) {
  return ForEachElement(items,
                        [this](JsonValue item) { return KindOf(item) != '{' || ReadItem(item); });
}

// A message with parts, a reasoning item with a summary or parts, or a tool call.
bool ResponsesPayload::ReadItem(JsonValue item) {
  TextChannel channel = TextChannel::kContent;
  return ForEachField(item, [this, &channel](JsonKey key, JsonValue value) {
    if (KeyIs(key, "type")) {
      if (IsString(value, "reasoning")) channel = TextChannel::kReasoning;
      return true;
    }
    if (KeyIs(key, "summary")) return ReadParts(TextChannel::kReasoning, value);
    if (KeyIs(key, "content")) return ReadParts(channel, value);
    if (KeyIs(key, "name") || KeyIs(key, "arguments")) return Emit(TextChannel::kTool, value);
    return true;
  });
}

bool ResponsesPayload::ReadParts(TextChannel channel, JsonValue parts) {
  if (KindOf(parts) != '[') return true;
  return ForEachElement(parts, [this, channel](JsonValue part) {
    if (KindOf(part) != '{') return true;
    return ForEachField(part, [this, channel](JsonKey key, JsonValue value) {
      if (KeyIs(key, "text")) return Emit(channel, value);
      return !KeyIs(key, "refusal") || Emit(TextChannel::kRefusal, value);
    });
  });
}

bool ResponsesPayload::Emit(TextChannel channel, JsonValue value) {
  if (KindOf(value) != '"' || IsString(value, "")) return true;
  any_text_ = true;
  any_tool_call_ |= channel == TextChannel::kTool;
  return EmitText(event_, channel, value, *sink_);
}

void ResponsesPayload::EmitOutcome(const Event& event) {
  FinishReason reason = event.status;
  if (reason == FinishReason::kOther && event.incomplete != FinishReason::kNone) {
    reason = event.incomplete;
  }
  if (reason == FinishReason::kStop && any_tool_call_) reason = FinishReason::kToolCalls;
  if (reason != FinishReason::kNone) sink_->OnFinish(reason);
  if (HasCounts(event.usage)) sink_->OnUsage(event.usage);
}

}  // namespace monsoon
