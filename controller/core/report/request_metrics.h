// The metrics of one request, each with the rule for when it is undefined: the one place where the
// definitions of design section 7 are code. tests/e2e/recompute.py states them a second time.
//
// Pure; any thread. Stamps of a record share one time line, so that every difference is exact in
// ns; results are seconds.
#pragma once

#include <optional>

#include "common/model/request_record.h"

namespace monsoon {

// Where latencies begin: the moment of dispatch, or in an open loop (kFlagScheduled) the moment at
// which the request was due. kNever when it was never dispatched.
int64_t StartNs(const RequestRecord& record);
// Where a request stopped occupying its slot: done, else its latest stamp; kNever when it never was
// dispatched.
int64_t FinishNs(const RequestRecord& record);

// nullopt: undefined. The latencies ask for a successful request; callers see to that.
struct RequestMetrics {
  std::optional<double> ttft_s;         // first token - start; streaming only
  std::optional<double> ttft_sent_s;    // first token - sent; streaming only
  std::optional<double> first_event_s;  // first event - start; streaming only
  std::optional<double> e2e_s;          // last token - start
  std::optional<double> stream_end_s;   // done - start
  // (last - first token) / (output - first chunk's tokens); undefined when the divisor is not
  // positive, a count is unknown, both ends came in one read, or the answer was not streamed.
  std::optional<double> tpot_s;
  // (e2e - ttft) / (output tokens - 1), as vllm bench serve has it; undefined for one token.
  std::optional<double> tpot_simple_s;
  std::optional<double> connect_s;  // TCP connection established - dispatch; new ones only
  std::optional<double> tls_s;      // TLS done - TCP established; new TLS connections only
};
RequestMetrics MetricsOf(const RequestRecord& record);

// dispatched - intended, whatever became of the request.
std::optional<double> LatenessSeconds(const RequestRecord& record);

}  // namespace monsoon
