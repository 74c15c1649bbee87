// MessagesPayload: reads the Messages dialect, the typed events of a stream and a whole answer
// alike, as Anthropic sends it and the compatible routes of vLLM, LMDeploy, SGLang, llama.cpp and
// Ollama (wire-protocol reference, section 4.13).
//
// An event's type is its member `type`, or where a server leaves that out, the name on its `event:`
// line. Events of a type that is not known (ping, and what is yet to come) are passed over.
// Text comes from content_block_delta (text, thinking, partial_json) and, where it is not empty,
// from content_block_start. message_stop ends the stream; there is no [DONE].
//
// Usage: output tokens are those of message_delta, cumulative; the 1 in message_start is no count.
// Input tokens are input_tokens and both cache counts together, the largest sum seen, because some
// servers say 0 in message_start and the number at the end; cached tokens are those read.
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/core/engine/json_event.h"
#include "agent/core/engine/payload_reader.h"

namespace monsoon {

class MessagesPayload : public PayloadReader {
 public:
  // `event` may be shared with other readers of this thread, and outlives this one.
  explicit MessagesPayload(JsonEvent* event) : event_(*event) {}

  void Begin(ResponseSink* sink) override;
  PayloadResult Read(std::string_view event_name, std::string_view payload,
                     PayloadForm form) override;
  bool IsWhole(std::string_view payload) override { return IsWholeJson(event_, payload); }
  PayloadProgress progress() const override;

 private:
  enum class EventKind : uint8_t {
    kIgnored,
    kMessageStart,
    kBlockStart,
    kBlockDelta,
    kMessageDelta,
    kMessageStop,
    kMessage,  // a whole answer
    kError
  };

  // What one payload said besides its text.
  struct Event {
    EventKind kind = EventKind::kIgnored;
    bool suspect = false;  // looks like an error object
    bool has_content = false;
    FinishReason reason = FinishReason::kNone;
    Usage usage;
    bool has_usage = false;
  };

  static EventKind KindNamed(std::string_view type);
  bool ReadRoot(Event& out);
  bool ReadMember(Event& out, JsonKey key, JsonValue value);
  bool ReadDelta(Event& out, JsonValue delta);
  bool ReadBlock(JsonValue block);
  bool ReadBlockMember(JsonKey key, JsonValue value);
  bool ReadMessageStart(Event& out, JsonValue message);
  static bool ReadCounts(Event& out, JsonValue value);
  void EmitOutcome(const Event& event);

  JsonEvent& event_;
  ResponseSink* sink_ = nullptr;
  int64_t input_tokens_ = -1;  // the largest so far
  bool finished_ = false;
  bool ended_ = false;
};

}  // namespace monsoon
