#include "tests/mock_engine/stream_answer.h"

#include <algorithm>
#include <utility>

namespace monsoon::mock_engine {
namespace {

constexpr size_t kLongLineBytes = 3 * 1024 * 1024;

}  // namespace

StreamAnswer::StreamAnswer(TokenScript script, std::unique_ptr<EventRenderer> renderer, Usage usage,
                           bool send_usage, Fault fault, bool keep_alive)
    : script_(std::move(script)),
      renderer_(std::move(renderer)),
      usage_(usage),
      send_usage_(send_usage),
      fault_(fault),
      headers_(StreamHead(keep_alive)),
      finish_reason_(script_.stopped_by_limit() ? "length" : "stop"),
      middle_token_(std::max<int64_t>(1, script_.tokens() / 2)) {}

Step StreamAnswer::Next(int64_t due_ns) {
  out_.Clear();
  if (fault_ == Fault::kHangBeforeFirstToken) return {.after = Step::After::kHang};
  if (fault_ == Fault::kEmpty) return EmptyStep();
  if (AtMiddle() && ReplacesMiddle()) return MiddleStep();
  if (tail_is_next_) return TailStep();
  return TokenStep(due_ns);
}

Step StreamAnswer::TokenStep(int64_t due_ns) {
  if (AtMiddle() && !extra_sent_) AppendExtraEvent();
  const Chunk chunk = script_.done() ? Chunk{.last = true} : script_.NextChunk();
  usage_.completion_tokens += chunk.tokens;
  tail_is_next_ = chunk.last;
  const bool finishes = chunk.last && !ReplacesMiddle();
  renderer_->AppendTokens(chunk, finishes ? finish_reason_ : "", usage_, &out_.body());
  // The usage event and the end follow the last token at once, in a write of their own.
  const int64_t next_ns = chunk.last ? due_ns : due_ns + script_.NextGapNs();
  return {.bytes = out_.Finish(), .tokens = chunk.tokens, .next_ns = next_ns};
}

Step StreamAnswer::TailStep() {
  // The middle of an answer of one token.
  if (AtMiddle() && !extra_sent_) AppendExtraEvent();
  if (send_usage_) renderer_->AppendUsage(usage_, &out_.body());
  if (fault_ != Fault::kNoDone) out_.body().append(kDoneEvent);
  return {.bytes = out_.Finish(kLastHttpChunk), .after = Step::After::kEnd};
}

Step StreamAnswer::EmptyStep() {
  out_.body().append(kDoneEvent);
  return {.bytes = out_.Finish(kLastHttpChunk), .after = Step::After::kEnd};
}

bool StreamAnswer::AtMiddle() const {
  return tail_is_next_ || usage_.completion_tokens >= middle_token_;
}

bool StreamAnswer::ReplacesMiddle() const {
  return fault_ == Fault::kErrorInStream || fault_ == Fault::kTruncate || fault_ == Fault::kReset ||
         fault_ == Fault::kHangMidStream;
}

Step StreamAnswer::MiddleStep() {
  if (fault_ == Fault::kTruncate) return {.after = Step::After::kClose};
  if (fault_ == Fault::kReset) return {.after = Step::After::kReset};
  if (fault_ == Fault::kHangMidStream) return {.after = Step::After::kHang};
  renderer_->AppendError({500, "InternalServerError", "EngineCore died"}, &out_.body());
  out_.body().append(kDoneEvent);
  return {.bytes = out_.Finish(kLastHttpChunk), .after = Step::After::kEnd};
}

void StreamAnswer::AppendExtraEvent() {
  extra_sent_ = true;
  std::string& out = out_.body();
  if (fault_ == Fault::kBadJson) {
    out.append("data: {\"id\":\"chatcmpl-broken\",\"choices\":[{\"index\":0,\"delta\":{\"con\n\n");
  } else if (fault_ == Fault::kLongLine) {
    out.append("data: {\"object\":\"chat.completion.chunk\",\"choices\":[],\"padding\":\"");
    out.append(kLongLineBytes, 'x');
    out.append("\"}\n\n");
  }
}

}  // namespace monsoon::mock_engine
