// CaseReport and RunReport: every number of a report, computed, with nothing left to do but print
// it.
//
// Plain values, made by CaseAccumulator (case_accumulator.h) out of a case's facts and records and
// judged by Judge (verdict.h); the renderers (report_json.h, report_text.h, report_html.h) only
// read them. Times are seconds. An undefined number is nullopt, or a Distribution with count 0; it
// is never 0 or NaN. Definitions: design section 7, docs/metrics.md, metric_catalogue.h.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/stats/distribution.h"
#include "controller/core/report/run_facts.h"
#include "controller/core/report/usage_check.h"

namespace monsoon {

enum class VerdictKind { kValid, kInvalid, kIncomplete, kFailed };

// "VALID", "INVALID", "INCOMPLETE", "FAILED".
std::string_view VerdictName(VerdictKind kind);

struct Verdict {
  VerdictKind kind = VerdictKind::kFailed;
  // Sentences: the measured value, the limit, and what to do. Those of lesser verdicts are kept.
  std::vector<std::string> reasons;
};

// Conservation: planned = ok + failed + cancelled + not_sent + lost.
struct RequestCounts {
  int64_t planned = 0;
  int64_t ok = 0;
  int64_t failed = 0;
  int64_t cancelled = 0;
  int64_t not_sent = 0;
  int64_t lost = 0;
  std::map<std::string, int64_t> errors;  // failed, by error class

  int64_t accounted() const { return ok + failed + cancelled + not_sent + lost; }
};

struct Throughput {
  std::optional<double> requests_per_s;
  std::optional<double> output_tokens_per_s;
  std::optional<double> input_tokens_per_s;
  std::optional<double> total_tokens_per_s;
};

// Open loop: what was asked for, and what of it was done.
struct RateReport {
  double asked_per_s = 0;
  // Between the first dispatch and the last: (dispatched - 1) / time; nullopt for fewer than two.
  std::optional<double> achieved_per_s;
  // Dispatched / planned so far, that is up to the last request that was dispatched or refused for
  // too many in flight; nullopt when there was none.
  std::optional<double> achieved_share;
  int64_t planned_so_far = 0;
  int64_t dispatched = 0;
  int64_t over_max_in_flight = 0;  // not sent, because so many were in flight
};

// The part of the window in which as many requests were in flight as asked for; open loop: in which
// requests were sent at the asked rate.
struct SteadyWindow {
  double start_s = 0;  // from the start of the window
  double seconds = 0;
  int64_t requests = 0;  // successful ones that finished inside
  Throughput throughput;
};

// Sums over the successful requests.
struct TokenTotals {
  int64_t input = 0;
  int64_t output = 0;
  int64_t cached = 0;
  int64_t reasoning = 0;
  // Successful requests whose count nobody reported; they add nothing to the sums.
  int64_t without_input = 0;
  int64_t without_output = 0;
  int64_t with_cached = 0;   // successful requests whose engine reported cached tokens
  int64_t without_text = 0;  // successful ones answered with a result: no output token was due
  std::map<std::string, int64_t> sources;  // successful requests by source of the output count
  std::map<std::string, int64_t> input_sources;
  int64_t first_chunk_assumed = 0;  // TPOT samples that assume one token in the first chunk
};

struct ErrorSample {
  std::string error_class;
  int32_t http_status = 0;
  std::string message;
  int64_t count = 0;
};

// What the client knows about its own error.
struct ClientReport {
  // Of TTFT: first_token_lag_s at that percentile, plus the calibrated floor. Without first tokens
  // (answers that are not streamed) the larger of loop_lag_s and kernel_lag_s stands in. nullopt:
  // no agent measured its loop lag.
  std::optional<double> error_bound_p50_s;
  std::optional<double> error_bound_p99_s;
  // The part of the bound that the agents measured; the rest is the calibrated floor (facts).
  std::optional<double> lag_bound_p50_s;
  std::optional<double> lag_bound_p99_s;
  // Of histograms with buckets of under 1 % width.
  Distribution loop_lag_s;    // every read, bounded from above
  Distribution kernel_lag_s;  // by the kernel's receive stamps, a sample of reads
  Distribution timer_lag_s;   // of a steady tick
  Distribution first_token_lag_s;
  double cpu_utilisation_max = 0;  // busiest second of the busiest load thread, 0..1
  int64_t clock_step_ns = 0;       // the largest of any agent
  double clock_rate_error = 0;
  int64_t new_connections = 0;
  int64_t reused_connections = 0;
  double starved_s = 0;                 // slot time without work although work was left
  std::optional<double> starved_share;  // of concurrency x window; closed loop only
};

// What one agent did of a case: measured requests, and the tokens of the successful ones.
struct AgentTotals {
  RequestCounts requests;  // `planned` and `errors` are the case's, and stay empty here
  int64_t input_tokens = 0;
  int64_t output_tokens = 0;
};

struct GateResult {
  std::string text;
  std::string metric;
  std::optional<double> value;  // nullopt: undefined, which counts as a miss
  bool passed = false;
};

struct CaseReport {
  CaseFacts facts;  // as measured; loop lag histograms included
  Verdict verdict;
  double max_error_s = 0;  // the limit that applied: max(max_error_ns, share x TTFT p50)

  RequestCounts requests;
  int64_t warmup_requests = 0;       // records outside of every number
  std::optional<double> error_rate;  // failed / (ok + failed)

  std::optional<double> window_s;
  std::optional<double> window_start_s;  // on the run's time line
  Throughput throughput;
  std::optional<double> system_time_per_output_token_s;
  std::optional<RateReport> rate;              // open loop only
  std::optional<double> achieved_concurrency;  // time-weighted mean in flight over the window
  int64_t peak_concurrency = 0;
  std::optional<SteadyWindow> steady;

  Distribution ttft_s;
  Distribution ttft_sent_s;
  Distribution first_event_s;
  Distribution tpot_s;
  Distribution tpot_simple_s;
  Distribution itl_s;
  Distribution e2e_s;
  Distribution stream_end_s;
  Distribution lateness_s;
  Distribution connect_s;
  Distribution tls_s;
  Distribution user_tokens_per_s;  // 1/TPOT
  int64_t same_read_gaps = 0;      // of itl_s.count

  TokenTotals tokens;
  std::optional<UsageChecks> usage_checks;        // with `verify_usage`
  std::map<std::string, int64_t> finish_reasons;  // of successful requests; "none" where missing
  std::map<std::string, int64_t> flags;           // of all measured requests
  std::vector<ErrorSample> error_samples;
  int64_t undecodable_gaps = 0;  // records whose gaps blob is damaged

  ClientReport client;
  std::map<std::string, AgentTotals> agent_totals;  // by name; "": what no agent had
  std::vector<GateResult> gates;
  std::vector<std::string> warnings;  // what a reader must know before quoting a number

  std::optional<double> same_read_share() const;
  // That of the agent's name; zeros where there is none.
  AgentTotals totals_of(const AgentFacts& agent) const;
  // Another attempt counts instead.
  bool superseded() const { return facts.superseded_by.has_value(); }
  // Every success was a result instead of text (embeddings, rerank): of its tokens only the input
  // counts, and its only latency is the end to end one.
  bool gives_no_text() const {
    return tokens.without_text > 0 && tokens.without_text == requests.ok;
  }
  // Tokens per second that cases are compared by: output tokens, or without text input tokens.
  std::optional<double> token_rate() const {
    return gives_no_text() ? throughput.input_tokens_per_s : throughput.output_tokens_per_s;
  }
};

struct RunReport {
  RunFacts run;
  std::vector<CaseReport> cases;

  // Distinct names in order of first appearance.
  std::vector<std::string> agent_names() const;
};

}  // namespace monsoon
