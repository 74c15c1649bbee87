#include "agent/core/engine/stream_recorder.h"

#include <algorithm>
#include <utility>

#include "agent/core/engine/utf8.h"
#include "common/base/str_cat.h"
#include "common/model/gap_codec.h"

namespace monsoon {
namespace {

constexpr size_t kMaxMessageBytes = 512;
// Gaps take about four bytes each: most answers never make the buffer grow on a token.
constexpr size_t kGapsCapacity = 4096;

bool IsAbort(FinishReason reason) {
  return reason == FinishReason::kAbort || reason == FinishReason::kError;
}

void Take(int64_t count, int64_t& out) {
  if (count >= 0) out = count;
}

}  // namespace

void StreamRecorder::Reset() {
  std::string gaps = std::move(record_.gaps);
  gaps.clear();
  gaps.reserve(kGapsCapacity);
  AnswerKeeper answer = std::move(answer_);
  answer.Clear();
  *this = StreamRecorder();
  record_.gaps = std::move(gaps);
  answer_ = std::move(answer);
}

void StreamRecorder::BeginRead(int64_t now_ns, uint64_t read_sequence, const ReadLag& lag) {
  now_ns_ = now_ns;
  read_ = read_sequence;
  lag_ = lag;
}

void StreamRecorder::OnEvent() {
  CloseEvent();
  if (record_.first_event_ns == kNever) record_.first_event_ns = now_ns_;
}

void StreamRecorder::OnText(TextChannel channel, std::string_view text) {
  if (!event_has_text_) BeginTokenEvent();
  answer_.Add(channel, text);
  if (channel != TextChannel::kReasoning && record_.first_content_ns == kNever) {
    record_.first_content_ns = now_ns_;
  }
}

void StreamRecorder::BeginTokenEvent() {
  event_has_text_ = true;
  if (record_.token_events++ == 0) {
    record_.first_token_ns = now_ns_;
    record_.first_token_lag_ns = lag_.kernel_ns != kNever ? lag_.kernel_ns : lag_.bound_ns;
    first_token_read_ = read_;
  } else {
    if (read_ == first_token_read_) record_.first_token_lag_ns = lag_.bound_ns;
    const int64_t gap_ns = std::max<int64_t>(0, now_ns_ - record_.last_token_ns);
    AppendGap({gap_ns, read_ == last_token_read_}, record_.gaps);
  }
  record_.last_token_ns = now_ns_;
  last_token_read_ = read_;
}

void StreamRecorder::OnEventTokens(int64_t count) {
  event_is_counted_ = true;
  event_tokens_ += std::max<int64_t>(0, count);
}

// An event's texts and its count may come in either order, so they meet here.
void StreamRecorder::CloseEvent() {
  counted_tokens_ += event_tokens_;
  if (!first_chunk_closed_) tokens_to_first_chunk_ += event_tokens_;
  if (event_has_text_) {
    if (!first_chunk_closed_) answer_.EndFirstEvent();
    first_chunk_closed_ = true;
    if (event_is_counted_) ++counted_token_events_;
  }
  event_has_text_ = event_is_counted_ = false;
  event_tokens_ = 0;
}

void StreamRecorder::OnUsage(const Usage& usage) {
  Take(usage.input_tokens, record_.input_tokens);
  Take(usage.output_tokens, usage_output_tokens_);
  Take(usage.cached_tokens, record_.cached_tokens);
  Take(usage.reasoning_tokens, record_.reasoning_tokens);
}

void StreamRecorder::OnFinish(FinishReason reason) {
  if (finish_ == FinishReason::kNone || (IsAbort(reason) && !IsAbort(finish_))) finish_ = reason;
}

void StreamRecorder::OnError(ErrorClass error_class, std::string_view message) {
  Fail(error_class, message);
}

void StreamRecorder::OnEnd(StreamEnd) { end_seen_ = true; }

void StreamRecorder::OnFlags(uint32_t flags) {
  record_.flags |= flags;
  if ((flags & kFlagNoText) != 0) record_.last_token_ns = now_ns_;
}

void StreamRecorder::Fail(ErrorClass error_class, std::string_view message) {
  if (!failed()) SetError(error_class, message);
}

void StreamRecorder::SetError(ErrorClass error_class, std::string_view message) {
  record_.error_class = error_class;
  record_.error_message.assign(Utf8Prefix(message, kMaxMessageBytes));
}

void StreamRecorder::Complete(int64_t done_ns) {
  Settle(done_ns);
  SettleOutcome();
  record_.status = failed() ? RequestStatus::kFailed : RequestStatus::kOk;
}

void StreamRecorder::Cancel(int64_t done_ns) {
  Settle(done_ns);
  record_.status = RequestStatus::kCancelled;
}

void StreamRecorder::Settle(int64_t done_ns) {
  CloseEvent();
  record_.done_ns = done_ns;
  record_.finish_reason.assign(FinishReasonName(finish_));
  SettleTokens();
  if (record_.has_flag(kFlagNotStreamed)) SettleNotStreamed();
  answer_.Settle(record_);
}

void StreamRecorder::SettleTokens() {
  record_.usage_input_tokens = record_.input_tokens;
  if (record_.input_tokens >= 0) record_.input_token_source = TokenSource::kUsage;
  const bool all_counted =
      record_.token_events > 0 && counted_token_events_ == record_.token_events;
  if (usage_output_tokens_ > 0 || (usage_output_tokens_ == 0 && record_.token_events == 0)) {
    record_.output_tokens = usage_output_tokens_;
    record_.token_source = TokenSource::kUsage;
  } else if (all_counted && counted_tokens_ > 0) {
    record_.output_tokens = counted_tokens_;
    record_.token_source = TokenSource::kUsage;
  } else if (record_.token_events > 0) {
    record_.output_tokens = record_.token_events;
    record_.token_source = TokenSource::kChunks;
  }
  if (record_.token_source == TokenSource::kUsage) {
    record_.usage_output_tokens = record_.output_tokens;
  }
  if (record_.token_events == 0) return;
  if (tokens_to_first_chunk_ > 0) {
    record_.first_chunk_tokens = tokens_to_first_chunk_;
  } else {
    record_.first_chunk_tokens = 1;
    record_.flags |= kFlagFirstChunkAssumed;
  }
  if (first_token_read_ == last_token_read_) record_.flags |= kFlagBothEndsOneRead;
}

void StreamRecorder::SettleNotStreamed() {
  record_.first_token_ns = record_.first_content_ns = record_.first_token_lag_ns = kNever;
  record_.first_chunk_tokens = kUnknownTokens;
  record_.flags &= ~static_cast<uint32_t>(kFlagFirstChunkAssumed | kFlagBothEndsOneRead);
  record_.gaps.clear();
  if (record_.token_source == TokenSource::kChunks) {
    record_.token_source = TokenSource::kNone;
    record_.output_tokens = kUnknownTokens;
  }
}

void StreamRecorder::SettleOutcome() {
  const bool replaceable = !failed() || record_.error_class == ErrorClass::kTruncated;
  if (replaceable && IsAbort(finish_)) {
    return SetError(ErrorClass::kAborted,
                    StrCat("the engine's finish reason is ", FinishReasonName(finish_)));
  }
  if (failed()) return;
  if (!end_seen_) return Fail(ErrorClass::kTruncated, "the answer ended before its end was seen");
  if (record_.token_events > 0 || record_.has_flag(kFlagNoText)) return;
  Fail(ErrorClass::kEmpty, usage_output_tokens_ > 0
                               ? StrCat("the answer has no text, though the engine counts ",
                                        usage_output_tokens_, " output tokens")
                               : std::string("the answer has no text"));
}

}  // namespace monsoon
