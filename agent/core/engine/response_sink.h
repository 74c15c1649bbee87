// ResponseSink: the normalised events that every engine's answer is turned into (wire-protocol
// reference, section 1.1). A response decoder calls it while it is fed bytes; the stream recorder
// (agent/core/engine/stream_recorder.h) implements it. Everything a report needs comes from these.
//
// Calls happen on the load thread, inside ResponseDecoder::Feed; string_views live during the call.
// Implementations must neither allocate per event in steady state nor block.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/model/answer_text.h"
#include "common/model/error_class.h"

namespace monsoon {

enum class FinishReason : uint8_t {
  kNone = 0,
  kStop,
  kLength,
  kToolCalls,
  kFilter,
  kAbort,
  kError,
  kOther
};

// stop length tool_calls filter abort error other, "" for kNone.
std::string_view FinishReasonName(FinishReason reason);
// From an engine's own word ("eos_token", "max_tokens", ...); kNone for "", "null" and "none".
FinishReason NormaliseFinishReason(std::string_view raw);

// Token counts of the engine; a member that it did not report is kUnknownTokens (-1).
struct Usage {
  int64_t input_tokens = -1;
  int64_t output_tokens = -1;
  int64_t cached_tokens = -1;
  int64_t reasoning_tokens = -1;
};

// How the framing ended.
enum class StreamEnd : uint8_t {
  kTerminator,  // the dialect's own end ([DONE], a final flag, ...)
  kCleanEof     // the HTTP body was complete, without the dialect's terminator
};

class ResponseSink {
 public:
  virtual ~ResponseSink() = default;

  // A complete event of any kind, before what it carries is reported. Once per event.
  virtual void OnEvent() = 0;
  // Non-empty generated text.
  virtual void OnText(TextChannel channel, std::string_view text) = 0;
  // The number of tokens in the event whose OnText calls follow or preceded, when the engine says
  // it (token ids, or the growth of continuous usage); may be > 0 without any text (silent tokens).
  virtual void OnEventTokens(int64_t count) = 0;
  // Counts so far; a later call replaces an earlier one, member by member.
  virtual void OnUsage(const Usage& usage) = 0;
  virtual void OnFinish(FinishReason reason) = 0;
  // The answer is a failure of this class; the first call wins. `message` is shown to the user.
  virtual void OnError(ErrorClass error_class, std::string_view message) = 0;
  virtual void OnEnd(StreamEnd how) = 0;
  // Bits of RecordFlag (common/model/request_record.h) that only the decoder can know. kFlagNoText
  // says that the event at hand is a whole result, to which no text belongs.
  virtual void OnFlags(uint32_t flags) = 0;
};

}  // namespace monsoon
