#include "agent/core/engine/framed_decoder.h"

#include <algorithm>
#include <utility>

#include "agent/core/engine/error_object.h"
#include "agent/core/engine/utf8.h"
#include "common/base/str_cat.h"
#include "common/model/request_record.h"

namespace monsoon {
namespace {

constexpr size_t kMaxErrorBodyBytes = 64 << 10;
constexpr size_t kMaxQuotedBytes = 4 << 10;
constexpr size_t kKeptCapacity = 1 << 20;

}  // namespace

FramedDecoder::FramedDecoder(std::unique_ptr<PayloadReader> reader, size_t max_event_bytes)
    : reader_(std::move(reader)),
      max_event_bytes_(max_event_bytes),
      sse_(max_event_bytes),
      lines_(max_event_bytes) {}

void FramedDecoder::Begin(int http_status, std::string_view content_type, ResponseSink* sink) {
  sink_ = sink;
  http_status_ = http_status;
  content_type_.assign(content_type);
  form_ = http_status == 200 ? Form::kUndecided : Form::kHttpError;
  body_.clear();
  if (body_.capacity() > kKeptCapacity) std::string().swap(body_);
  any_event_ = terminated_ = failed_ = false;
  sse_.Reset();
  lines_.Reset();
  reader_->Begin(sink);
}

void FramedDecoder::Prefetch() const {
  constexpr size_t kLineBytes = 64;
  const char* begin = reinterpret_cast<const char*>(this);
  for (size_t at = 0; at < sizeof(*this); at += kLineBytes) __builtin_prefetch(begin + at);
}

void FramedDecoder::Feed(std::string_view bytes) {
  if (form_ == Form::kUndecided) bytes = Decide(bytes);
  switch (form_) {
    case Form::kUndecided:
      return;
    case Form::kSse:
      return FeedSse(bytes);
    case Form::kLines:
      return FeedLines(bytes);
    case Form::kHttpError:
      return Collect(bytes, kMaxErrorBodyBytes);
    case Form::kHtml:
    case Form::kUnknown:
      return Collect(bytes, kMaxQuotedBytes);
    case Form::kDocument:
      return FeedDocument(bytes);
  }
}

void FramedDecoder::FeedSse(std::string_view bytes) {
  if (sse_.too_long()) return;
  sse_.Feed(bytes, *this);
  if (sse_.too_long() && !terminated_) {
    Fail(ErrorClass::kLineTooLong,
         StrCat("one event of the stream has over ", max_event_bytes_, " bytes"));
  }
}

void FramedDecoder::FeedLines(std::string_view bytes) {
  if (lines_.too_long()) return;
  const size_t taken = lines_.Feed(bytes, *this);
  if (form_ == Form::kDocument) return FeedDocument(bytes.substr(taken));
  if (lines_.too_long() && !terminated_) {
    Fail(ErrorClass::kLineTooLong,
         StrCat("one line of the stream has over ", max_event_bytes_, " bytes"));
  }
}

void FramedDecoder::FeedDocument(std::string_view bytes) {
  if (failed_) return;
  if (bytes.size() > max_event_bytes_ - std::min(max_event_bytes_, body_.size())) {
    Fail(ErrorClass::kLineTooLong, StrCat("the answer has over ", max_event_bytes_, " bytes"));
  }
  Collect(bytes, max_event_bytes_);
}

// Returns `bytes` without the padding before the body's first byte. Until that has come the form is
// unknown, and blanks, line ends and a BOM mean nothing to any of them.
std::string_view FramedDecoder::Decide(std::string_view bytes) {
  const auto first =
      std::find_if(bytes.begin(), bytes.end(), [](char c) { return !IsBodyPadding(c); });
  if (first == bytes.end()) return {};
  const BodyForm form = DetectBodyForm(content_type_, *first);
  const bool lines =
      form == BodyForm::kNdjson || (form == BodyForm::kDocument && reader_->expects_lines());
  form_ = form == BodyForm::kSse        ? Form::kSse
          : lines                       ? Form::kLines
          : form == BodyForm::kDocument ? Form::kDocument
          : form == BodyForm::kHtml     ? Form::kHtml
                                        : Form::kUnknown;
  return bytes.substr(static_cast<size_t>(first - bytes.begin()));
}

void FramedDecoder::Collect(std::string_view bytes, size_t cap) {
  body_.append(bytes.substr(0, cap - std::min(cap, body_.size())));
}

void FramedDecoder::OnSseEvent(const SseEvent& event) {
  const std::string_view payload = TrimBlanks(event.data);
  if (payload.empty() && !event.has_error) return;
  if (terminated_ && IsDoneMarker(payload)) return;
  if (BeginEvent()) ReadEvent(event);
}

bool FramedDecoder::OnLine(std::string_view line) {
  const std::string_view payload = TrimBlanks(line);
  if (payload.empty()) return true;
  if (!any_event_ && !IsWholePayload(payload)) {
    form_ = Form::kDocument;
    FeedDocument(line);
    FeedDocument("\n");
    return false;
  }
  if (BeginEvent()) ReadPayload("", payload);
  return true;
}

bool FramedDecoder::BeginEvent() {
  if (terminated_) {
    sink_->OnFlags(kFlagLateEvents);
    return false;
  }
  any_event_ = true;
  sink_->OnEvent();
  return true;
}

void FramedDecoder::ReadEvent(const SseEvent& event) {
  if (event.has_error) return ReadErrorEvent(event.error);
  const std::string_view payload = TrimBlanks(event.data);
  // DashScope tells the status of an event in a comment.
  if (event.name == "error" || event.http_status >= 400) return ReadErrorEvent(payload);
  ReadPayload(event.name, payload);
}

void FramedDecoder::ReadPayload(std::string_view event_name, std::string_view payload) {
  if (IsDoneMarker(payload)) return Terminate();
  switch (reader_->Read(event_name, payload, PayloadForm::kEvent)) {
    case PayloadResult::kRead:
      break;
    case PayloadResult::kError:
      failed_ = true;
      break;
    case PayloadResult::kNotJson:
      if (!failed_) {
        Fail(ErrorClass::kBadPayload,
             StrCat("an event of the stream is not readable JSON: ", Excerpt(payload)));
      }
      break;
  }
  if (reader_->progress() == PayloadProgress::kTerminated) Terminate();
}

void FramedDecoder::ReadErrorEvent(std::string_view payload) {
  const auto error = FindErrorObject(payload);
  if (error.has_value()) return Fail(ErrorClass::kErrorInStream, DescribeError(*error));
  // Old llama.cpp: the value of the field is the error object itself.
  const auto bare = FindErrorObject(StrCat("{\"error\":", payload, "}"));
  Fail(ErrorClass::kErrorInStream, bare.has_value() ? DescribeError(*bare) : Excerpt(payload));
}

bool FramedDecoder::IsWholePayload(std::string_view payload) {
  payload = TrimBlanks(payload);
  return IsDoneMarker(payload) || reader_->IsWhole(payload);
}

void FramedDecoder::Terminate() {
  reader_->Close();
  terminated_ = true;
  sink_->OnEnd(StreamEnd::kTerminator);
}

void FramedDecoder::Fail(ErrorClass error_class, std::string_view message) {
  failed_ = true;
  sink_->OnError(error_class, message);
}

void FramedDecoder::Finish(bool complete) {
  switch (form_) {
    case Form::kHttpError:
      return Fail(ErrorClass::kErrorHttp, DescribeHttpError(http_status_, body_));
    case Form::kUndecided:
    case Form::kSse:
      return FinishSse(complete);
    case Form::kLines:
      return FinishLines(complete);
    case Form::kDocument:
      return FinishDocument(complete);
    case Form::kHtml:
      return Fail(ErrorClass::kBadPayload,
                  StrCat("instead of an answer came ", DescribeHtml(body_)));
    case Form::kUnknown:
      return Fail(ErrorClass::kBadPayload,
                  StrCat("the answer is neither an event stream nor JSON (content type \"",
                         Excerpt(content_type_), "\"): ", Excerpt(body_)));
  }
}

void FramedDecoder::FinishSse(bool complete) {
  const SseEnd end = sse_.Finish(*this);
  if (end == SseEnd::kNoFinalBlankLine) sink_->OnFlags(kFlagNoFinalBlankLine);
  FinishStream(complete, end == SseEnd::kTruncated);
}

void FramedDecoder::FinishLines(bool complete) {
  const std::string_view rest = TrimBlanks(lines_.rest());
  const bool whole = !rest.empty() && IsWholePayload(rest);
  if (!rest.empty() && !any_event_) {
    form_ = Form::kDocument;
    body_.assign(rest);
    return FinishDocument(complete);
  }
  if (whole && BeginEvent()) ReadPayload("", rest);
  FinishStream(complete, !rest.empty() && !whole);
}

void FramedDecoder::FinishStream(bool complete, bool inside_event) {
  if (terminated_ || failed_) return;
  reader_->Close();
  if (!complete) {
    return Fail(ErrorClass::kTruncated, "the connection ended in the middle of the stream");
  }
  if (inside_event) {
    return Fail(ErrorClass::kTruncated, "the stream ended inside an event");
  }
  const bool own_end = reader_->ends_with_body();
  const bool finished = reader_->progress() == PayloadProgress::kFinished;
  if (any_event_ && !finished && !own_end) {
    return Fail(ErrorClass::kTruncated,
                "the stream ended without its terminator and without a finish reason");
  }
  if (finished && !own_end) sink_->OnFlags(kFlagNoDone);
  sink_->OnEnd(StreamEnd::kCleanEof);
}

void FramedDecoder::FinishDocument(bool complete) {
  if (failed_) return;  // too long
  sink_->OnFlags(kFlagNotStreamed);
  sink_->OnEvent();
  const std::string_view document = TrimBlanks(body_);
  const PayloadResult result = reader_->Read("", document, PayloadForm::kDocument);
  failed_ = result == PayloadResult::kError;
  if (failed_) return;
  if (!complete) {
    return Fail(ErrorClass::kTruncated, "the connection ended in the middle of the answer");
  }
  if (result == PayloadResult::kNotJson) {
    return Fail(ErrorClass::kBadPayload,
                StrCat("the answer is not the JSON of this route: ", Excerpt(document)));
  }
  Terminate();
}

}  // namespace monsoon
