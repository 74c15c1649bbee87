#include "controller/core/run/live_stats.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"

#include "common/time/clock.h"

namespace monsoon {
namespace {

std::string Milliseconds(int64_t ns) {
  const double ms = static_cast<double>(ns) / kNsPerMs;
  return ms < 10 ? absl::StrFormat("%.1f ms", ms) : absl::StrFormat("%.0f ms", ms);
}

std::string Eta(double seconds) {
  const auto whole = static_cast<int64_t>(std::ceil(seconds));
  if (whole < 60) return absl::StrFormat("%ds", whole);
  if (whole < 3600) return absl::StrFormat("%dm%02ds", whole / 60, whole % 60);
  return absl::StrFormat("%dh%02dm", whole / 3600, whole / 60 % 60);
}

}  // namespace

void LiveStats::Add(const RequestRecord& record) {
  if (record.status == RequestStatus::kFailed) ++failed_;
  if (record.status != RequestStatus::kOk) return;
  ++ok_;
  output_tokens_ += std::max<int64_t>(record.output_tokens, 0);
  if (record.has_flag(kFlagNoText)) {
    result_input_tokens_ += std::max<int64_t>(record.input_tokens, 0);
  }
  const int64_t start_ns =
      record.has_flag(kFlagScheduled) ? record.intended_ns : record.dispatched_ns;
  if (record.first_token_ns != kNever && start_ns != kNever) {
    ttft_ns_.Add(record.first_token_ns - start_ns);
  }
}

std::string LiveStats::Line(const LiveProgress& progress) const {
  std::string line = absl::StrFormat("%d/%d", progress.done, progress.total);
  if (progress.elapsed_s > 0 && progress.done > 0 && progress.done < progress.total) {
    const double rate = static_cast<double>(progress.done) / progress.elapsed_s;
    absl::StrAppendFormat(&line, "  ETA %s",
                          Eta(static_cast<double>(progress.total - progress.done) / rate));
  }
  absl::StrAppendFormat(&line, "  in flight %d", progress.in_flight);
  if (progress.asked_per_s > 0 && progress.sending_s > 0) {
    absl::StrAppendFormat(&line, "  sent %.1f/s of %g/s",
                          static_cast<double>(progress.started) / progress.sending_s,
                          progress.asked_per_s);
  }
  if (progress.elapsed_s > 0) {
    const bool input = result_input_tokens_ > 0;
    absl::StrAppendFormat(
        &line, "  %.1f req/s  %.0f %stok/s", static_cast<double>(ok_) / progress.elapsed_s,
        static_cast<double>(input ? result_input_tokens_ : output_tokens_) / progress.elapsed_s,
        input ? "input " : "");
  }
  if (ttft_ns_.count() > 0) {
    absl::StrAppendFormat(&line, "  TTFT p50 %s p99 %s", Milliseconds(ttft_ns_.Quantile(0.5)),
                          Milliseconds(ttft_ns_.Quantile(0.99)));
  }
  absl::StrAppendFormat(&line, "  %d failed", failed_);
  return line;
}

}  // namespace monsoon
