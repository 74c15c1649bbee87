#include "tests/mock_engine/answer_modifiers.h"

#include <algorithm>

namespace monsoon::mock_engine {

Step SplitWrites::Next(int64_t due_ns) {
  if (!splitting_) step_ = inner_->Next(inner_due_ns_);
  const size_t left = step_.bytes.size();
  const size_t piece = left <= 1 ? left : 1 + random_.Below(left);
  splitting_ = piece < left;
  if (splitting_) {
    const std::string_view bytes = step_.bytes.substr(0, piece);
    step_.bytes.remove_prefix(piece);
    return {.bytes = bytes, .next_ns = due_ns + kPieceGapNs};
  }
  inner_due_ns_ = step_.next_ns;
  Step last = step_;
  last.next_ns = std::max(last.next_ns, due_ns);
  return last;
}

int64_t CommentHeartbeats::Begin(int64_t start_ns) {
  return Schedule(start_ns, inner_->Begin(start_ns));
}

Step CommentHeartbeats::Next(int64_t due_ns) {
  if (comment_is_next_) {
    comment_is_next_ = false;
    return {.bytes = kComment, .next_ns = inner_due_ns_};
  }
  Step step = inner_->Next(inner_due_ns_);
  if (step.after == Step::After::kWait) step.next_ns = Schedule(due_ns, step.next_ns);
  return step;
}

int64_t CommentHeartbeats::Schedule(int64_t now_ns, int64_t inner_due_ns) {
  inner_due_ns_ = inner_due_ns;
  comment_is_next_ = true;
  return now_ns + (inner_due_ns - now_ns) / 2;
}

}  // namespace monsoon::mock_engine
