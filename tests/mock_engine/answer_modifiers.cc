#include "tests/mock_engine/answer_modifiers.h"

#include <algorithm>
#include <utility>

namespace monsoon::mock_engine {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";

size_t EndOfFirstLine(std::string_view text) {
  const size_t end = text.find('\n');
  return end == std::string_view::npos ? text.size() : end + 1;
}

}  // namespace

Step SplitWrites::Next(int64_t due_ns) {
  if (!splitting_) step_ = inner_->Next(inner_due_ns_);
  const size_t left = step_.bytes.size();
  const size_t most = std::min(left, cutting_.most_bytes);
  const size_t piece = most <= 1 ? most : 1 + random_.Below(most);
  splitting_ = piece < left;
  if (splitting_) {
    const std::string_view bytes = step_.bytes.substr(0, piece);
    step_.bytes.remove_prefix(piece);
    return {.bytes = bytes, .next_ns = due_ns + cutting_.gap_ns};
  }
  inner_due_ns_ = step_.next_ns;
  Step last = step_;
  last.next_ns = std::max(last.next_ns, due_ns);
  return last;
}

std::string_view SlowHeaders::headers() const {
  const std::string_view head = inner_->headers();
  return head.substr(0, EndOfFirstLine(head));
}

int64_t SlowHeaders::Begin(int64_t start_ns) {
  head_ = inner_->headers();
  head_.erase(0, EndOfFirstLine(head_));
  head_known_ = !head_.empty();
  inner_due_ns_ = inner_->Begin(start_ns);
  return head_known_ ? start_ns + kLineGapNs : inner_due_ns_;
}

std::string_view SlowHeaders::TakeLine() {
  line_ = head_.substr(0, EndOfFirstLine(head_));
  head_.erase(0, line_.size());
  return line_;
}

Step SlowHeaders::Next(int64_t due_ns) {
  if (!head_.empty()) {
    const std::string_view line = TakeLine();
    const bool more = !head_.empty() || !rest_.empty();
    return {.bytes = line, .next_ns = more ? due_ns + kLineGapNs : std::max(due_ns, inner_due_ns_)};
  }
  if (!rest_.empty()) {
    Step rest = step_;
    line_ = std::exchange(rest_, "");
    rest.bytes = line_;
    rest.next_ns = std::max(rest.next_ns, due_ns);
    return rest;
  }
  Step step = inner_->Next(inner_due_ns_);
  inner_due_ns_ = step.next_ns;
  step.next_ns = std::max(step.next_ns, due_ns);
  const size_t end = step.bytes.find(kHeadEnd);
  if (head_known_ || end == std::string_view::npos) return step;
  head_known_ = true;
  head_ = step.bytes.substr(0, end + kHeadEnd.size());
  rest_ = step.bytes.substr(head_.size());
  step_ = step;
  return {.next_ns = due_ns};
}

}  // namespace monsoon::mock_engine
