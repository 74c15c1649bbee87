// PayloadReader: the part of an answer that differs between dialects, namely what the JSON of one
// event (or of a whole non-streamed answer) means. FramedDecoder (framed_decoder.h) does the rest,
// so a new engine is one PayloadReader and one EngineAdapter.
//
// Belongs to one decoder, used from its load thread; must not allocate per event in steady state.
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/core/engine/response_sink.h"

namespace monsoon {

enum class PayloadForm : uint8_t { kEvent, kDocument };

enum class PayloadResult : uint8_t {
  kRead,
  kError,   // it is, or holds, an error: OnError() was called
  kNotJson  // it cannot be read; nothing was reported about that. Text found before may have been
};

// Where the stream stands after the events so far.
enum class PayloadProgress : uint8_t {
  kOpen,
  kFinished,   // every choice gave its finish reason; the terminator may follow
  kTerminated  // the event itself was the dialect's terminator
};

class PayloadReader {
 public:
  virtual ~PayloadReader() = default;

  // A response starts. `sink` lives until the next Begin().
  virtual void Begin(ResponseSink* sink) = 0;
  // Reads one payload: trimmed, not empty, not "[DONE]". OnEvent() was already called.
  virtual PayloadResult Read(std::string_view event_name, std::string_view payload,
                             PayloadForm form) = 0;
  // True when `payload` is complete in itself.
  virtual bool IsWhole(std::string_view payload) = 0;
  virtual PayloadProgress progress() const = 0;

  // True when the dialect streams lines of JSON (NDJSON) instead of events.
  virtual bool expects_lines() const { return false; }
  // True when, after what was read so far, a clean end of the body is this dialect's own end: it
  // has no terminator.
  virtual bool ends_with_body() const { return false; }
  // No payload will follow: reports what was held back. Called once or more.
  virtual void Close() {}
};

}  // namespace monsoon
