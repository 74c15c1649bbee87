#include "controller/core/report/metric_catalogue.h"

#include <array>

namespace monsoon {
namespace {

constexpr std::array<DistributionInfo, 11> kDistributions = {{
    {"ttft_s", "Time to first token (TTFT)", "TTFT",
     "First event with generated text, minus start: dispatch, or in an open loop the moment the "
     "request was due. Streaming only.",
     &CaseReport::ttft_s},
    {"ttft_sent_s", "TTFT from sent", "TTFT from sent",
     "First event with generated text, minus the first write of the request.",
     &CaseReport::ttft_sent_s},
    {"first_event_s", "First event", "first event",
     "First event of any kind, also an empty or role-only one, minus start.",
     &CaseReport::first_event_s},
    {"tpot_s", "Time per output token (TPOT)", "TPOT",
     "(last token - first token) / (output tokens - tokens in the first chunk), one value per "
     "request. Undefined when the divisor is 0 or both ends came in one read.",
     &CaseReport::tpot_s},
    {"tpot_simple_s", "TPOT, simple", "TPOT simple",
     "(latency - TTFT) / (output tokens - 1): how vllm bench serve defines it.",
     &CaseReport::tpot_simple_s},
    {"itl_s", "Inter-token latency (ITL)", "ITL",
     "Gaps between events that carry text, pooled over all requests; an event may hold several "
     "tokens.",
     &CaseReport::itl_s},
    {"e2e_s", "Latency (end to end)", "latency",
     "Last token, or the whole result where there are none, minus start.", &CaseReport::e2e_s},
    {"stream_end_s", "Stream end", "stream end", "End of the answer's stream minus start.",
     &CaseReport::stream_end_s},
    {"lateness_s", "Lateness (client)", "lateness",
     "Dispatch minus the moment the request was due: the load generator's own delay. All "
     "dispatched requests.",
     &CaseReport::lateness_s},
    {"connect_s", "Connect", "connect",
     "TCP connection established minus the start of connecting, mostly ahead of the request.",
     &CaseReport::connect_s},
    {"tls_s", "TLS handshake", "TLS",
     "TLS handshake done minus TCP connection established, requests that opened a connection.",
     &CaseReport::tls_s},
}};

// Cuts `prefix` off the front of `text` if it is there.
bool Consume(std::string_view prefix, std::string_view& text) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

constexpr std::array<ThroughputInfo, 4> kThroughputs = {{
    {"requests_per_s", "Requests/s (QPS)", &Throughput::requests_per_s},
    {"output_tokens_per_s", "Output tokens/s", &Throughput::output_tokens_per_s},
    {"input_tokens_per_s", "Input tokens/s", &Throughput::input_tokens_per_s},
    {"total_tokens_per_s", "Total tokens/s", &Throughput::total_tokens_per_s},
}};

// kFlagScheduled says which law a request followed, which is no remark on it.
constexpr std::array<FlagInfo, 12> kFlags = {{
    {kFlagNewConnection, "new_connections", "opened their connection"},
    {kFlagStaleConnection, "stale_connections",
     "met a reused connection that was dead and were sent once more on a fresh one"},
    {kFlagNoDone, "no_done", "ended with a finish reason but without the protocol's terminator"},
    {kFlagNoFinalBlankLine, "no_final_blank_line",
     "had a last event that ended with the body, not with a blank line"},
    {kFlagFirstChunkAssumed, "first_chunk_assumed",
     "have a TPOT that assumes one token in the first chunk"},
    {kFlagBothEndsOneRead, "both_ends_one_read",
     "got their first and last token in one read, so that TPOT is undefined"},
    {kFlagInvalidUtf8, "invalid_utf8", "got bytes that are not UTF-8"},
    {kFlagLateEvents, "late_events", "got events after the protocol's terminator"},
    {kFlagNotStreamed, "not_streamed", "were answered with one document instead of a stream"},
    {kFlagOverLimit, "over_max_in_flight",
     "were not sent, because as many as allowed were in flight when they were due"},
    {kFlagNoText, "no_text", "were answered with a result (embeddings, scores), not with text"},
    {kFlagTextTooLong, "text_too_long",
     "got an answer too long for its text to be counted or kept"},
}};

}  // namespace

std::span<const DistributionInfo> CaseDistributions() { return kDistributions; }
std::span<const ThroughputInfo> CaseThroughputs() { return kThroughputs; }
std::span<const FlagInfo> RecordFlags() { return kFlags; }

std::optional<double> MetricValue(const CaseReport& report, std::string_view metric) {
  if (metric == "error_rate") return report.error_rate;
  if (Consume("throughput.", metric)) {
    for (const ThroughputInfo& info : kThroughputs) {
      if (metric == info.name) return report.throughput.*info.member;
    }
    return std::nullopt;
  }
  for (const DistributionInfo& info : kDistributions) {
    std::string_view statistic_name = metric;
    if (!Consume(info.name, statistic_name)) continue;
    if (!Consume(".", statistic_name)) continue;
    const Distribution& distribution = report.*info.member;
    for (const Statistic& statistic : DistributionStatistics()) {
      if (statistic_name != statistic.name) continue;
      if (distribution.count == 0) return std::nullopt;
      return distribution.*statistic.member;
    }
  }
  return std::nullopt;
}

}  // namespace monsoon
