#include "controller/core/report/request_metrics.h"

#include <algorithm>

#include "common/time/clock.h"

namespace monsoon {
namespace {

std::optional<double> Between(int64_t from_ns, int64_t to_ns) {
  if (from_ns == kNever || to_ns == kNever) return std::nullopt;
  return ToSeconds(to_ns - from_ns);
}

std::optional<double> Tpot(const RequestRecord& record) {
  if (record.has_flag(kFlagBothEndsOneRead) || record.output_tokens == kUnknownTokens) {
    return std::nullopt;
  }
  const int64_t first_chunk =
      record.first_chunk_tokens == kUnknownTokens ? 1 : record.first_chunk_tokens;
  const int64_t later_tokens = record.output_tokens - first_chunk;
  const std::optional<double> decode_s = Between(record.first_token_ns, record.last_token_ns);
  if (!decode_s || later_tokens <= 0) return std::nullopt;
  return *decode_s / static_cast<double>(later_tokens);
}

std::optional<double> TpotSimple(const RequestRecord& record) {
  const std::optional<double> decode_s = Between(record.first_token_ns, record.last_token_ns);
  if (!decode_s || record.output_tokens <= 1) return std::nullopt;
  return *decode_s / static_cast<double>(record.output_tokens - 1);
}

}  // namespace

int64_t StartNs(const RequestRecord& record) {
  if (record.dispatched_ns == kNever) return kNever;
  return record.has_flag(kFlagScheduled) ? record.intended_ns : record.dispatched_ns;
}

int64_t FinishNs(const RequestRecord& record) {
  if (record.dispatched_ns == kNever || record.done_ns != kNever) return record.done_ns;
  // kNever is the smallest int64, so it never wins.
  return std::max({record.dispatched_ns, record.connect_ns, record.tls_ns, record.sent_ns,
                   record.headers_ns, record.first_event_ns, record.last_token_ns});
}

RequestMetrics MetricsOf(const RequestRecord& record) {
  const int64_t start_ns = StartNs(record);
  RequestMetrics out;
  out.e2e_s = Between(start_ns, record.last_token_ns);
  out.stream_end_s = Between(start_ns, record.done_ns);
  out.connect_s = Between(record.dispatched_ns, record.connect_ns);
  out.tls_s = Between(record.connect_ns, record.tls_ns);
  if (record.has_flag(kFlagNotStreamed)) return out;
  out.ttft_s = Between(start_ns, record.first_token_ns);
  out.ttft_sent_s = Between(record.sent_ns, record.first_token_ns);
  out.first_event_s = Between(start_ns, record.first_event_ns);
  out.tpot_s = Tpot(record);
  out.tpot_simple_s = TpotSimple(record);
  return out;
}

std::optional<double> LatenessSeconds(const RequestRecord& record) {
  return Between(record.intended_ns, record.dispatched_ns);
}

}  // namespace monsoon
