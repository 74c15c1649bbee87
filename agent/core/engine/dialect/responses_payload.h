// ResponsesPayload: reads OpenAI's Responses dialect, the typed events of a stream and a whole
// answer alike, as OpenAI, vLLM, SGLang, trtllm-serve, llama.cpp and others send it (wire-protocol
// reference, section 4.11).
//
// Text comes from the events whose type ends in `.delta`; the type names the channel. Events ending
// in `.done` repeat it and are passed over. An event's type is its member `type`, or where a server
// leaves that out, the name on its `event:` line.
//
// The terminal events (response.completed, .incomplete, .failed, and error) end the stream, without
// [DONE]. They hold the whole answer once more: of it count the status, why it is incomplete and
// the usage; its text only if no delta brought any (servers that do not stream tool calls).
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/core/engine/json_event.h"
#include "agent/core/engine/payload_reader.h"

namespace monsoon {

class ResponsesPayload : public PayloadReader {
 public:
  // `event` may be shared with other readers of this thread, and outlives this one.
  explicit ResponsesPayload(JsonEvent* event) : event_(*event) {}

  void Begin(ResponseSink* sink) override;
  PayloadResult Read(std::string_view event_name, std::string_view payload,
                     PayloadForm form) override;
  bool IsWhole(std::string_view payload) override { return IsWholeJson(event_, payload); }
  PayloadProgress progress() const override {
    return ended_ ? PayloadProgress::kTerminated : PayloadProgress::kOpen;
  }

 private:
  enum class EventKind : uint8_t { kOther, kDelta, kTerminal, kError };

  // What one payload said besides its text.
  struct Event {
    EventKind kind = EventKind::kOther;
    TextChannel channel = TextChannel::kContent;  // of a delta
    bool suspect = false;                         // looks like an error object
    bool has_output = false;                      // it is or holds a response object
    FinishReason status = FinishReason::kNone;
    FinishReason incomplete = FinishReason::kNone;
    Usage usage;
  };

  static void Classify(std::string_view type, Event& out);
  bool ReadRoot(Event& out, PayloadForm form);
  bool ReadEventMember(Event& out, JsonKey key, JsonValue value);
  bool ReadResponseMember(Event& out, JsonKey key, JsonValue value);
  bool ReadStatus(Event& out, JsonValue value);
  bool ReadOutput(JsonValue items);
  bool ReadItem(JsonValue item);
  bool ReadParts(TextChannel channel, JsonValue parts);
  bool Emit(TextChannel channel, JsonValue value);
  void EmitOutcome(const Event& event);

  JsonEvent& event_;
  ResponseSink* sink_ = nullptr;
  bool any_text_ = false;
  bool any_tool_call_ = false;
  bool ended_ = false;
};

}  // namespace monsoon
