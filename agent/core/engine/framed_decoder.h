// FramedDecoder: the ResponseDecoder of every engine that answers with SSE, with lines of JSON
// (NDJSON) or with one JSON document. It finds out which of them came, collects what must be
// collected, and hands payloads to the dialect's PayloadReader.
//
// Who decides what (the wire-protocol reference, section 1.5):
//   here: error_http, error_in_stream, error_in_200_body, line_too_long, bad_payload, and
//   truncated;
//     OnEnd(); the flags no_done, no_final_blank_line, late_events, not_streamed.
//   PayloadReader: what an event means; invalid_utf8.
//   StreamRecorder (stream_recorder.h): aborted, empty, the status, and that the first error wins.
//
// NDJSON is read where the content type says so, or where JSON comes and the reader expects lines.
// If the first line is no whole JSON (a document printed over several lines), or ends with the
// body, then the answer is a document.
//
// The end of a stream, SSE or NDJSON:
//   terminator ([DONE], or the reader's own) seen      -> OnEnd(kTerminator), whatever comes later;
//                                                         that is flagged, but for a [DONE]
//   body incomplete, or it stops inside an event       -> truncated
//   clean EOF, which is the dialect's own end          -> OnEnd(kCleanEof)
//   clean EOF, every choice has its finish reason      -> OnEnd(kCleanEof) with kFlagNoDone
//   clean EOF, not one event                           -> OnEnd(kCleanEof): the recorder says empty
//   clean EOF otherwise                                -> truncated
// An answer with an error is a failure whatever its end; [DONE] after an error changes nothing.
//
// Several payloads of a stream that are no JSON fail the request once (the first is quoted);
// reading goes on, so that the stamps and the usage of the rest are kept. A status other than 200
// is reported in Finish(), with what its body says (64 KiB of it are kept).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "agent/core/engine/engine_adapter.h"
#include "agent/core/engine/framing.h"
#include "agent/core/engine/payload_reader.h"
#include "agent/core/stream/line_decoder.h"
#include "agent/core/stream/sse_decoder.h"

namespace monsoon {

class FramedDecoder : public ResponseDecoder, private SseHandler, private LineHandler {
 public:
  // One event or one document beyond `max_event_bytes` fails with line_too_long.
  FramedDecoder(std::unique_ptr<PayloadReader> reader, size_t max_event_bytes);

  void Begin(int http_status, std::string_view content_type, ResponseSink* sink) override;
  void Feed(std::string_view bytes) override;
  void Finish(bool complete) override;
  bool ended() const override {
    return terminated_ || failed_ || form_ == Form::kHttpError || form_ == Form::kHtml ||
           form_ == Form::kUnknown;
  }
  void Prefetch() const override;

 private:
  enum class Form : uint8_t { kUndecided, kHttpError, kSse, kLines, kDocument, kHtml, kUnknown };

  void OnSseEvent(const SseEvent& event) override;
  bool IsWholePayload(std::string_view payload) override;
  bool OnLine(std::string_view line) override;

  std::string_view Decide(std::string_view bytes);
  void Collect(std::string_view bytes, size_t cap);
  void FeedSse(std::string_view bytes);
  void FeedLines(std::string_view bytes);
  void FeedDocument(std::string_view bytes);
  bool BeginEvent();
  void ReadEvent(const SseEvent& event);
  void ReadPayload(std::string_view event_name, std::string_view payload);
  void ReadErrorEvent(std::string_view payload);
  void FinishSse(bool complete);
  void FinishLines(bool complete);
  void FinishStream(bool complete, bool inside_event);
  void FinishDocument(bool complete);
  void Fail(ErrorClass error_class, std::string_view message);
  void Terminate();

  const std::unique_ptr<PayloadReader> reader_;
  const size_t max_event_bytes_;
  SseDecoder sse_;
  LineDecoder lines_;

  ResponseSink* sink_ = nullptr;
  int http_status_ = 200;
  std::string content_type_;
  Form form_ = Form::kUndecided;
  std::string body_;  // what is no stream
  bool any_event_ = false;
  bool terminated_ = false;
  bool failed_ = false;
};

}  // namespace monsoon
