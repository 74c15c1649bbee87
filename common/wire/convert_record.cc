#include "common/wire/convert_record.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

v1::RequestStatus ToProto(RequestStatus status) {
  switch (status) {
    case RequestStatus::kOk:
      return v1::REQUEST_STATUS_OK;
    case RequestStatus::kFailed:
      return v1::REQUEST_STATUS_FAILED;
    case RequestStatus::kCancelled:
      return v1::REQUEST_STATUS_CANCELLED;
    case RequestStatus::kNotSent:
      return v1::REQUEST_STATUS_NOT_SENT;
    case RequestStatus::kLost:
      break;
  }
  return v1::REQUEST_STATUS_UNSPECIFIED;
}

absl::StatusOr<RequestStatus> FromProto(v1::RequestStatus status) {
  switch (status) {
    case v1::REQUEST_STATUS_OK:
      return RequestStatus::kOk;
    case v1::REQUEST_STATUS_FAILED:
      return RequestStatus::kFailed;
    case v1::REQUEST_STATUS_CANCELLED:
      return RequestStatus::kCancelled;
    case v1::REQUEST_STATUS_NOT_SENT:
      return RequestStatus::kNotSent;
    default:
      return absl::InvalidArgumentError(
          StrCat("a record has the unknown status ", static_cast<int>(status)));
  }
}

void ToProto(const AnswerText& answer, v1::RequestRecord* proto) {
  proto->set_answer_text(answer.text);
  for (const TextRun& run : answer.runs) {
    v1::TextRun* run_proto = proto->add_text_runs();
    run_proto->set_channel(static_cast<v1::TextRun::Channel>(run.channel));
    run_proto->set_bytes(static_cast<uint64_t>(run.bytes));
  }
  proto->set_first_event_text_bytes(static_cast<uint64_t>(answer.first_event_bytes));
}

absl::StatusOr<AnswerText> AnswerFromProto(const v1::RequestRecord& proto) {
  AnswerText answer{.text = proto.answer_text(),
                    .first_event_bytes = static_cast<int64_t>(proto.first_event_text_bytes())};
  const uint64_t size = answer.text.size();
  uint64_t bytes = 0;
  bool whole = proto.first_event_text_bytes() <= size;
  answer.runs.reserve(proto.text_runs_size());
  for (const v1::TextRun& run : proto.text_runs()) {
    whole = whole && v1::TextRun::Channel_IsValid(run.channel()) && run.bytes() <= size - bytes;
    if (!whole) break;
    bytes += run.bytes();
    answer.runs.push_back(
        {static_cast<TextChannel>(run.channel()), static_cast<int64_t>(run.bytes())});
  }
  if (whole && bytes == size) return answer;
  return absl::InvalidArgumentError(
      StrCat("record ", proto.request_index(), " has a text of ", size,
             " bytes that its channels do not make up; the data was damaged"));
}

}  // namespace

void ToProto(const RequestRecord& record, v1::RequestRecord* proto) {
  proto->set_request_index(record.request_index);
  proto->set_warmup(record.phase == Phase::kWarmup);
  proto->set_status(ToProto(record.status));
  proto->set_error_class(static_cast<v1::ErrorClass>(record.error_class));
  proto->set_flags(record.flags);
  proto->set_http_status(static_cast<uint32_t>(record.http_status));

  if (record.intended_ns != kNever) proto->set_intended_ns(record.intended_ns);
  if (record.dispatched_ns != kNever) proto->set_dispatched_ns(record.dispatched_ns);
  if (record.connect_begin_ns != kNever) proto->set_connect_begin_ns(record.connect_begin_ns);
  if (record.connect_ns != kNever) proto->set_connect_ns(record.connect_ns);
  if (record.tls_ns != kNever) proto->set_tls_ns(record.tls_ns);
  if (record.sent_ns != kNever) proto->set_sent_ns(record.sent_ns);
  if (record.headers_ns != kNever) proto->set_headers_ns(record.headers_ns);
  if (record.first_event_ns != kNever) proto->set_first_event_ns(record.first_event_ns);
  if (record.first_token_ns != kNever) proto->set_first_token_ns(record.first_token_ns);
  if (record.first_content_ns != kNever) proto->set_first_content_ns(record.first_content_ns);
  if (record.last_token_ns != kNever) proto->set_last_token_ns(record.last_token_ns);
  if (record.done_ns != kNever) proto->set_done_ns(record.done_ns);
  if (record.first_token_lag_ns != kNever) proto->set_first_token_lag_ns(record.first_token_lag_ns);

  if (record.input_tokens >= 0) proto->set_input_tokens(record.input_tokens);
  if (record.output_tokens >= 0) proto->set_output_tokens(record.output_tokens);
  if (record.reasoning_tokens >= 0) proto->set_reasoning_tokens(record.reasoning_tokens);
  if (record.cached_tokens >= 0) proto->set_cached_tokens(record.cached_tokens);
  if (record.first_chunk_tokens >= 0) proto->set_first_chunk_tokens(record.first_chunk_tokens);
  if (record.usage_input_tokens >= 0) proto->set_usage_input_tokens(record.usage_input_tokens);
  if (record.usage_output_tokens >= 0) proto->set_usage_output_tokens(record.usage_output_tokens);
  proto->set_input_token_source(static_cast<v1::TokenSource>(record.input_token_source));
  proto->set_token_source(static_cast<v1::TokenSource>(record.token_source));
  proto->set_token_events(record.token_events);
  proto->set_received_bytes(record.received_bytes);

  proto->set_finish_reason(record.finish_reason);
  proto->set_error_message(record.error_message);
  proto->set_gaps(record.gaps);
  ToProto(record.answer, proto);
}

absl::StatusOr<RequestRecord> FromProto(const v1::RequestRecord& proto) {
  absl::StatusOr<RequestStatus> status = FromProto(proto.status());
  if (!status.ok()) return status.status();
  if (!v1::ErrorClass_IsValid(proto.error_class()) ||
      !v1::TokenSource_IsValid(proto.token_source()) ||
      !v1::TokenSource_IsValid(proto.input_token_source())) {
    return absl::InvalidArgumentError(
        StrCat("record ", proto.request_index(), " has an unknown error class or token source"));
  }
  RequestRecord record;
  record.request_index = proto.request_index();
  record.phase = proto.warmup() ? Phase::kWarmup : Phase::kMeasure;
  record.status = *status;
  record.error_class = static_cast<ErrorClass>(proto.error_class());
  record.flags = proto.flags();
  record.http_status = static_cast<int32_t>(proto.http_status());

  if (proto.has_intended_ns()) record.intended_ns = proto.intended_ns();
  if (proto.has_dispatched_ns()) record.dispatched_ns = proto.dispatched_ns();
  if (proto.has_connect_begin_ns()) record.connect_begin_ns = proto.connect_begin_ns();
  if (proto.has_connect_ns()) record.connect_ns = proto.connect_ns();
  if (proto.has_tls_ns()) record.tls_ns = proto.tls_ns();
  if (proto.has_sent_ns()) record.sent_ns = proto.sent_ns();
  if (proto.has_headers_ns()) record.headers_ns = proto.headers_ns();
  if (proto.has_first_event_ns()) record.first_event_ns = proto.first_event_ns();
  if (proto.has_first_token_ns()) record.first_token_ns = proto.first_token_ns();
  if (proto.has_first_content_ns()) record.first_content_ns = proto.first_content_ns();
  if (proto.has_last_token_ns()) record.last_token_ns = proto.last_token_ns();
  if (proto.has_done_ns()) record.done_ns = proto.done_ns();
  if (proto.has_first_token_lag_ns()) {
    record.first_token_lag_ns = static_cast<int64_t>(proto.first_token_lag_ns());
  }

  if (proto.has_input_tokens()) record.input_tokens = static_cast<int64_t>(proto.input_tokens());
  if (proto.has_output_tokens()) record.output_tokens = static_cast<int64_t>(proto.output_tokens());
  if (proto.has_reasoning_tokens()) {
    record.reasoning_tokens = static_cast<int64_t>(proto.reasoning_tokens());
  }
  if (proto.has_cached_tokens()) record.cached_tokens = static_cast<int64_t>(proto.cached_tokens());
  if (proto.has_first_chunk_tokens()) {
    record.first_chunk_tokens = static_cast<int64_t>(proto.first_chunk_tokens());
  }
  if (proto.has_usage_input_tokens()) {
    record.usage_input_tokens = static_cast<int64_t>(proto.usage_input_tokens());
  }
  if (proto.has_usage_output_tokens()) {
    record.usage_output_tokens = static_cast<int64_t>(proto.usage_output_tokens());
  }
  record.input_token_source = static_cast<TokenSource>(proto.input_token_source());
  record.token_source = static_cast<TokenSource>(proto.token_source());
  record.token_events = static_cast<int64_t>(proto.token_events());
  record.received_bytes = static_cast<int64_t>(proto.received_bytes());

  record.finish_reason = proto.finish_reason();
  record.error_message = proto.error_message();
  record.gaps = proto.gaps();
  ASSIGN_OR_RETURN(record.answer, AnswerFromProto(proto));
  return record;
}

}  // namespace monsoon
