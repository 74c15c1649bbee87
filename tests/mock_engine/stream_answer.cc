#include "tests/mock_engine/stream_answer.h"

#include <algorithm>
#include <utility>

namespace monsoon::mock_engine {
namespace {

constexpr size_t kLongLineBytes = 3 * 1024 * 1024;
constexpr int64_t kResetAfterNs = 1'000'000;

}  // namespace

StreamAnswer::StreamAnswer(TokenScript script, AnswerWriter writer, const StreamPlan& plan)
    : script_(std::move(script)),
      writer_(std::move(writer)),
      plan_(plan),
      faults_(plan.faults),
      middle_token_(std::max<int64_t>(1, script_.tokens() / 2)),
      body_(FormOf(plan.faults, writer_.wire().is_sse())) {
  head_is_late_ = writer_.wire().headers_with_first;
  if (faults_.main() == Fault::kErrorFirst && head_is_late_) status_ = plan_.overload.status;
  if (ReplacesMiddle()) writer_.LeaveOpen();
  if (faults_.main() == Fault::kNoDone && writer_.wire().done.empty()) writer_.LeaveOpen();
  MakeHead();
}

void StreamAnswer::MakeHead() {
  const bool cut = faults_.main() == Fault::kCut;
  size_t bytes = 0;
  if (cut || faults_.has(Fault::kContentLength)) bytes = MeasureBody();
  if (cut) bytes_to_cut_ = 1 + plan_.random.Below(std::max<size_t>(bytes, 2) - 1);
  head_ = body_.Head(status_, writer_.wire().content_type, plan_.keep_alive, bytes);
  if (head_is_late_) return;
  body_.Clear();
  writer_.AppendEarly(&body_.payload());
  if (!body_.empty() && faults_.main() != Fault::kEmpty) head_.append(body_.Finish());
}

size_t StreamAnswer::MeasureBody() const {
  StreamAnswer copy(*this);
  copy.head_.clear();
  copy.head_is_late_ = false;
  size_t bytes = 0;
  if (!writer_.wire().headers_with_first) {
    copy.body_.Clear();
    copy.writer_.AppendEarly(&copy.body_.payload());
    bytes += copy.body_.Finish().size();
  }
  for (int64_t due_ns = copy.Begin(0);;) {
    const Step step = copy.Next(due_ns);
    bytes += step.bytes.size();
    if (step.after != Step::After::kWait) return bytes;
    due_ns = step.next_ns;
  }
}

int64_t StreamAnswer::Begin(int64_t start_ns) {
  const Step first = Schedule({.next_ns = start_ns + script_.ttft_ns()}, start_ns);
  return first.next_ns;
}

Step StreamAnswer::Next(int64_t due_ns) {
  Step step = comment_is_next_ ? Comment() : Schedule(Play(due_ns), due_ns);
  if (head_is_late_ && !step.bytes.empty()) {
    head_is_late_ = false;
    joined_.assign(head_).append(step.bytes);
    step.bytes = joined_;
  }
  return bytes_to_cut_ == 0 ? step : Cut(step);
}

Step StreamAnswer::Cut(Step step) {
  if (step.bytes.size() < bytes_to_cut_) {
    bytes_to_cut_ -= step.bytes.size();
    return step;
  }
  return {.bytes = step.bytes.substr(0, bytes_to_cut_), .after = Step::After::kClose};
}

// Puts a comment half-way through every wait.
Step StreamAnswer::Schedule(Step step, int64_t now_ns) {
  if (!faults_.has(Fault::kComments) || step.after != Step::After::kWait) return step;
  if (writer_.wire().heartbeat.empty() || held_events_ > 0) return step;
  comment_is_next_ = true;
  due_after_comment_ns_ = step.next_ns;
  step.next_ns = now_ns + (step.next_ns - now_ns) / 2;
  return step;
}

Step StreamAnswer::Comment() {
  comment_is_next_ = false;
  body_.Clear();
  writer_.AppendHeartbeat(&body_.payload());
  return {.bytes = body_.Finish(), .next_ns = due_after_comment_ns_};
}

Step StreamAnswer::Play(int64_t due_ns) {
  if (held_events_ == 0) body_.Clear();
  switch (faults_.main()) {
    case Fault::kHangBeforeFirstToken:
      return {.after = Step::After::kHang};
    case Fault::kEmpty:
      return EmptyStep();
    case Fault::kErrorFirst:
      return ErrorStep(plan_.overload);
    case Fault::kResetAfterHeaders:
      return ResetStep(due_ns);
    default:
      break;
  }
  if (AtMiddle() && ReplacesMiddle()) return MiddleStep();
  if (tail_is_next_) return TailStep();
  return TokenStep(due_ns);
}

Step StreamAnswer::TokenStep(int64_t due_ns) {
  if (AtMiddle() && !extra_sent_) AppendExtraEvent();
  Chunk chunk = script_.done() ? Chunk{.last = true} : script_.NextChunk();
  const bool first = position_ == 0;
  position_ += chunk.tokens;
  tail_is_next_ = chunk.last;
  const bool may_hold_back = !first && !chunk.last && !chunk.reasoning && silent_.tokens == 0;
  if (faults_.has(Fault::kHoldBack) && may_hold_back) return SilentStep(chunk, due_ns);
  if (silent_.tokens > 0) {
    chunk.first_token = silent_.first_token;
    chunk.tokens += std::exchange(silent_.tokens, 0);
  }
  if (first && writer_.wire().headers_with_first) writer_.AppendEarly(&body_.payload());
  const int64_t tokens = writer_.AppendTokens(chunk, &body_.payload());
  // The usage event and the end follow the last token at once, in a write of their own.
  const int64_t next_ns = chunk.last ? due_ns : due_ns + script_.NextGapNs();
  if (faults_.has(Fault::kBursts)) {
    held_tokens_ += tokens;
    if (++held_events_ < kEventsPerBurst && !chunk.last) return {.next_ns = next_ns};
    held_events_ = 0;
    return {.bytes = body_.Finish(), .tokens = std::exchange(held_tokens_, 0), .next_ns = next_ns};
  }
  return {.bytes = body_.Finish(), .tokens = tokens, .next_ns = next_ns};
}

// The engine counts these tokens, but cannot show their text yet.
Step StreamAnswer::SilentStep(const Chunk& chunk, int64_t due_ns) {
  silent_ = chunk;
  writer_.AppendSilent(chunk.tokens, &body_.payload());
  return {.bytes = body_.Finish(), .next_ns = due_ns + script_.NextGapNs()};
}

Step StreamAnswer::TailStep() {
  // The middle of an answer of one token.
  if (AtMiddle() && !extra_sent_) AppendExtraEvent();
  const int64_t tokens = writer_.AppendFinish(&body_.payload());
  writer_.AppendUsage(&body_.payload());
  if (faults_.main() != Fault::kNoDone) writer_.AppendDone(&body_.payload());
  if (faults_.has(Fault::kNoFinalBlank)) body_.StripLineEnds();
  if (faults_.main() == Fault::kCutEnd) {
    return {.bytes = body_.Finish(), .tokens = tokens, .after = Step::After::kClose};
  }
  return {.bytes = body_.Finish(true), .tokens = tokens, .after = Step::After::kEnd};
}

Step StreamAnswer::EmptyStep() {
  writer_.AppendDone(&body_.payload());
  return {.bytes = body_.Finish(true), .after = Step::After::kEnd};
}

Step StreamAnswer::ErrorStep(const EngineError& error) {
  // A format without error events: the engine dies, and the connection with it.
  if (!writer_.AppendError(error, &body_.payload())) return {.after = Step::After::kClose};
  return {.bytes = body_.Finish(true), .tokens = held_tokens_, .after = Step::After::kEnd};
}

Step StreamAnswer::ResetStep(int64_t due_ns) {
  if (!head_is_late_) return {.after = Step::After::kReset};
  head_is_late_ = false;
  return {.bytes = head_, .next_ns = due_ns + kResetAfterNs};
}

bool StreamAnswer::AtMiddle() const { return tail_is_next_ || position_ >= middle_token_; }

bool StreamAnswer::ReplacesMiddle() const {
  const Fault fault = faults_.main();
  return fault == Fault::kErrorInStream || fault == Fault::kTruncate || fault == Fault::kReset ||
         fault == Fault::kHangMidStream;
}

Step StreamAnswer::MiddleStep() {
  if (faults_.main() == Fault::kTruncate) return {.after = Step::After::kClose};
  if (faults_.main() == Fault::kReset) return {.after = Step::After::kReset};
  if (faults_.main() == Fault::kHangMidStream) return {.after = Step::After::kHang};
  return ErrorStep(plan_.failure);
}

void StreamAnswer::AppendExtraEvent() {
  extra_sent_ = true;
  if (faults_.main() == Fault::kBadJson) {
    writer_.AppendBrokenJson(&body_.payload());
  } else if (faults_.main() == Fault::kLongLine) {
    writer_.AppendPadding(kLongLineBytes, &body_.payload());
  }
}

}  // namespace monsoon::mock_engine
