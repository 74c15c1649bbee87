// SseDecoder: turns the bytes of one HTTP body into server-sent events (the WHATWG event-stream
// grammar over bytes, with the deviations of the wire-protocol reference, section 2.1).
//
// Feed() takes whatever the network delivered, cut at any byte; the handler is called for every
// event that these bytes complete, on the caller's thread, before Feed() returns. The same bytes
// give the same calls however they are cut. Pure: no I/O, no clock, no JSON.
//
//   SseDecoder decoder(16 << 20);
//   decoder.Feed(bytes, handler);            // any number of times
//   SseEnd end = decoder.Finish(handler);    // the body ended
//   decoder.Reset();                         // the next response
//
// Cost: every byte is looked at a bounded number of times, whatever the cuts. An event that lies
// whole inside the fed bytes, with one `data` line, is handed out as a view of them; anything else
// goes through buffers that grow with the largest event seen, however it came, and keep their
// capacity: in steady state (events no larger than those before) nothing is allocated. Memory is
// bounded by max_event_bytes (counted over all lines of the pending event that are not comments)
// plus kMaxCommentBytes. `id` and `retry` are read and dropped: nothing here reconnects.
//
// Not thread-safe: one decoder per stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace monsoon {

// One dispatched event. The views live during the call only.
struct SseEvent {
  std::string_view name;   // of the `event` field, "" when there was none
  std::string_view data;   // `data` lines joined by LF, as sent: not trimmed
  std::string_view error;  // of the field `error`, which old llama.cpp sends instead of `data`
  bool has_error = false;
  int http_status = 0;  // of a comment ":HTTP_STATUS/NNN" inside the event (DashScope); else 0
};

class SseHandler {
 public:
  virtual ~SseHandler() = default;

  // An event that has data (perhaps empty) or an error field. A name alone is a heartbeat and is
  // dropped.
  virtual void OnSseEvent(const SseEvent& event) = 0;
  // A comment without its colon, at most kMaxCommentBytes of it.
  virtual void OnSseComment(std::string_view comment) { (void)comment; }
  // Asked once at the end of a body that stops inside an event: is this payload (data, else error)
  // complete in itself, so that only the blank line is missing? If so, the event is dispatched.
  virtual bool IsWholePayload(std::string_view payload) = 0;
};

// How the body ended, as far as SSE can tell.
enum class SseEnd : uint8_t {
  kClean,             // between two events
  kNoFinalBlankLine,  // the last event was whole, and was dispatched, without its blank line
  kTruncated          // inside an event
};

class SseDecoder {
 public:
  static constexpr size_t kMaxCommentBytes = 256;

  // REQUIRES: max_event_bytes > 0.
  explicit SseDecoder(size_t max_event_bytes) : max_event_bytes_(max_event_bytes) {}
  SseDecoder(const SseDecoder&) = delete;
  SseDecoder& operator=(const SseDecoder&) = delete;

  void Feed(std::string_view bytes, SseHandler& handler);
  SseEnd Finish(SseHandler& handler);
  // Forgets the stream, keeps the buffers (those beyond 1 MiB are given back).
  void Reset();

  // Sticky: an event was larger than max_event_bytes. Everything after it is ignored.
  bool too_long() const { return too_long_; }

 private:
  // Where the value of the pending event's only data line lies.
  enum class Single : uint8_t { kNone, kInput, kLine };

  std::string_view SkipBom(std::string_view bytes);
  std::string_view CompleteLine(std::string_view tail);
  void KeepPartial(std::string_view tail);
  void StashSingle();
  void ReserveFor(size_t event_bytes);
  void OnLine(std::string_view line, Single where, SseHandler& handler);
  void OnField(std::string_view field, std::string_view value, Single where);
  void AppendData(std::string_view value, Single where);
  void Dispatch(SseHandler& handler);
  void ClearEvent();
  bool Exceeds(size_t line_bytes) const { return event_bytes_ + line_bytes > max_event_bytes_; }
  std::string_view data() const;

  const size_t max_event_bytes_;

  size_t reserved_bytes_ = 0;      // what line_ and data_ hold without allocating
  std::string line_;               // the line that the last Feed() left unfinished
  bool line_is_consumed_ = false;  // line_ is complete; only single_data_ may still point into it

  // The pending event.
  std::string data_;
  size_t data_begin_ = 0;  // data_'s value starts here (a whole line may have been swapped in)
  std::string_view single_data_;
  Single single_ = Single::kNone;
  bool has_data_ = false;
  std::string name_;
  std::string error_;
  bool has_error_ = false;
  int http_status_ = 0;
  size_t event_bytes_ = 0;

  int bom_bytes_ = 0;  // of the BOM seen so far; -1: the start of the body is behind us
  bool skip_lf_ = false;
  bool too_long_ = false;
};

}  // namespace monsoon
