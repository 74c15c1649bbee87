#include "controller/core/report/success_windows.h"

#include <algorithm>

#include "common/model/request_record.h"
#include "common/time/clock.h"

namespace monsoon {

void SuccessWindow::Add(const Success& success) {
  if (success.finish_ns < span_.start_ns || success.finish_ns > span_.end_ns) return;
  ++requests_;
  with_input_ += success.input_tokens != kUnknownTokens;
  with_output_ += success.output_tokens != kUnknownTokens;
  input_tokens_ += std::max<int64_t>(success.input_tokens, 0);
  output_tokens_ += std::max<int64_t>(success.output_tokens, 0);
}

Throughput SuccessWindow::throughput() const {
  const double seconds = ToSeconds(span_.length_ns());
  Throughput out;
  out.requests_per_s = static_cast<double>(requests_) / seconds;
  // Without a single success 0 tokens were received, which is known; without a single count,
  // nothing.
  if (requests_ == 0 || with_input_ > 0) {
    out.input_tokens_per_s = static_cast<double>(input_tokens_) / seconds;
  }
  if (requests_ == 0 || with_output_ > 0) {
    out.output_tokens_per_s = static_cast<double>(output_tokens_) / seconds;
  }
  if (out.input_tokens_per_s && out.output_tokens_per_s) {
    out.total_tokens_per_s = static_cast<double>(input_tokens_ + output_tokens_) / seconds;
  }
  return out;
}

void SuccessWindows::Add(const Success& success) {
  if (first_pass_) {
    if (keeps_ && !GrowWithin(budget_, kept_)) {
      keeps_ = false;
      FreeWithin(budget_, kept_);
    }
    if (keeps_) kept_.push_back(success);
  } else {
    for (size_t i = counted_; i < windows_.size(); ++i) windows_[i].Add(success);
  }
}

size_t SuccessWindows::Count(Span span) {
  windows_.emplace_back(span);
  if (keeps_) {
    for (const Success& success : kept_) windows_.back().Add(success);
    ++counted_;
  }
  return windows_.size() - 1;
}

void SuccessWindows::EndPass() {
  first_pass_ = false;
  counted_ = windows_.size();
}

}  // namespace monsoon
