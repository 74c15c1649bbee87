#include "controller/core/report/case_text.h"

#include "common/base/str_cat.h"
#include "common/time/clock.h"
#include "controller/core/report/clean_text.h"
#include "controller/core/report/fleet_facts.h"
#include "controller/core/report/metric_catalogue.h"
#include "controller/core/report/number_text.h"
#include "controller/core/report/text_table.h"
#include "controller/core/report/text_wrap.h"
#include "controller/core/report/token_text.h"

namespace monsoon {
namespace {

constexpr std::array<std::string_view, 7> kStatistics = {"mean", "stddev", "p50", "p90",
                                                         "p99",  "p999",   "max"};

std::string Line(std::string_view title, std::string_view text) {
  std::string first = StrCat("  ", title);
  first.resize(14, ' ');
  return WrapText(first, CleanText(text));
}

std::string ThroughputText(const CaseReport& report, const Throughput& throughput) {
  if (report.gives_no_text()) {
    return StrCat(RateText(throughput.requests_per_s), " requests/s; ",
                  RateText(throughput.input_tokens_per_s), " input tokens/s");
  }
  return StrCat(RateText(throughput.output_tokens_per_s), " output tokens/s, ",
                RateText(throughput.input_tokens_per_s), " input, ",
                RateText(throughput.total_tokens_per_s), " total; ",
                RateText(throughput.requests_per_s), " requests/s");
}

std::string WindowText(const CaseReport& report) {
  if (!report.window_s) return "none: nothing finished";
  const std::string asked = report.rate ? "" : StrCat(report.facts.spec.concurrency, " asked, ");
  return StrCat(SecondsText(report.window_s), " s; ", RateText(report.achieved_concurrency),
                " requests in flight on average, ", asked, "peak ", report.peak_concurrency);
}

std::string SteadyText(const CaseReport& report) {
  if (!report.steady) return StrCat("never: ", SteadyRuleText(report));
  return StrCat(SecondsText(report.steady->seconds),
                " s: ", ThroughputText(report, report.steady->throughput));
}

std::string PerTokenText(const CaseReport& report) {
  std::string text = StrCat("system time per output token ",
                            SecondsWithUnit(report.system_time_per_output_token_s));
  if (report.user_tokens_per_s.count == 0) return text;
  return StrCat(text, "; the median user sees ", RateText(report.user_tokens_per_s.p50),
                " output tokens/s");
}

std::string TokensText(const CaseReport& report) {
  const TokenTotals& tokens = report.tokens;
  std::string text = TokenTotalsText(report);
  if (report.gives_no_text()) return text;
  if (tokens.with_cached > 0)
    text += StrCat("; ", CountText(tokens.cached), " input tokens cached");
  if (tokens.reasoning > 0) text += StrCat("; ", CountText(tokens.reasoning), " for reasoning");
  return StrCat(text, "; finish reasons: ", CountsText(report.finish_reasons));
}

std::string ClientText(const CaseReport& report) {
  const ClientReport& client = report.client;
  std::string starved;  // a closed loop's
  if (!report.rate) {
    starved = StrCat("; out of work ",
                     client.starved_share ? PercentText(*client.starved_share) : kUndefinedText,
                     " of slot time");
  }
  return StrCat("timing error bound p50 ", SecondsWithUnit(client.error_bound_p50_s), ", p99 ",
                SecondsWithUnit(client.error_bound_p99_s), " (limit ",
                SecondsText(report.max_error_s), " s)", BoundPartsText(report),
                "; busiest load thread ", PercentText(client.cpu_utilisation_max), starved,
                "; connections: ", CountText(client.new_connections), " opened, ",
                CountText(client.reused_connections), " reuses");
}

std::string AgentText(const AgentFacts& agent, bool open_loop) {
  std::string text =
      StrCat(agent.name, " (", agent.hostname, ", ", agent.version, "): ", agent.load_threads,
             " load threads, ", open_loop ? "at most " : "", agent.concurrency, " in flight");
  if (!agent.engine_address.empty()) text += StrCat(" to ", agent.engine_address);
  if (ClockKnown(agent)) {
    text += StrCat(", clock known to ", SecondsText(ToSeconds(agent.clock_bound_ns)), " s");
  }
  if (ToldOfItself(agent)) {
    text += StrCat(", busiest second ", PercentText(agent.busy_share_max), ", CPU time ",
                   SecondsText(agent.cpu_seconds), " s");
  }
  if (agent.lost) text += StrCat("; LOST: ", agent.lost_reason);
  return text;
}

// A fleet is a table, one agent a line.
std::string AgentsText(const CaseReport& report) {
  const std::vector<AgentFacts>& agents = report.facts.agents;
  if (agents.size() == 1) return Line("agent", AgentText(agents.front(), report.rate.has_value()));
  if (agents.empty()) return "";
  const std::string skew = SkewSentence(report.facts);
  std::string out = skew.empty() ? "" : Line("fleet", skew);
  for (const std::string& trouble : TroubleSentences(report.facts)) out += Line("fleet", trouble);
  return StrCat(out, "\n", FleetTableText(report), "\n");
}

std::string DistributionCell(const Distribution& distribution, const Statistic& statistic) {
  const bool can_lack = statistic.name.starts_with("p9");
  const char* const mark = !can_lack                                      ? ""
                           : distribution.is_insufficient(statistic.name) ? "*"
                                                                          : " ";
  if (distribution.count == 0) return StrCat(kUndefinedText, can_lack ? " " : "");
  return StrCat(SecondsText(distribution.*statistic.member), mark);
}

std::string DistributionsText(const CaseReport& report) {
  TextTable table;
  table.AddColumn("seconds", TextTable::Align::kLeft);
  table.AddColumn("n");
  for (const std::string_view name : kStatistics) {
    table.AddColumn(StrCat(name == "p999" ? "p99.9" : name, name.starts_with("p9") ? " " : ""));
  }
  for (const DistributionInfo& info : CaseDistributions()) {
    const Distribution& distribution = report.*info.member;
    if (distribution.count == 0) continue;
    std::vector<std::string> cells = {std::string(info.short_label), StrCat(distribution.count)};
    for (const std::string_view name : kStatistics) {
      for (const Statistic& statistic : DistributionStatistics()) {
        if (statistic.name == name) cells.push_back(DistributionCell(distribution, statistic));
      }
    }
    table.AddRow(std::move(cells));
  }
  return table.Render(2);
}

}  // namespace

std::string CountsText(const std::map<std::string, int64_t>& counts) {
  std::string text;
  for (const auto& [name, count] : counts) {
    text += StrCat(text.empty() ? "" : ", ", CountText(count), " ", name);
  }
  return text.empty() ? kUndefinedText : text;
}

std::string HubText(const HubSpec& hub) {
  return StrCat(hub.from, ", revision ", hub.revision, ", sha256 ", hub.sha256);
}

std::string RateReportText(const CaseReport& report) {
  const RateReport& rate = *report.rate;
  const LoadSpec& load = report.facts.spec.load;
  std::string text = StrCat(FormatArrivalRate(load.rate), " asked (", LoadLawName(load.law), "), ",
                            RateText(rate.achieved_per_s), "/s achieved; ");
  text += rate.achieved_share ? PercentText(*rate.achieved_share) : kUndefinedText;
  text += StrCat(" of the requests that were due were sent (limit ",
                 PercentText(report.facts.spec.verdict.min_achieved_rate_share), ")");
  if (rate.over_max_in_flight == 0) return text;
  return StrCat(text, "; ", CountText(rate.over_max_in_flight), " not sent with ",
                CountText(load.max_in_flight), " in flight");
}

std::string SteadyRuleText(const CaseReport& report) {
  if (!report.rate) {
    return report.steady ? StrCat("from the first to the last moment with ",
                                  report.facts.spec.concurrency, " in flight")
                         : "the asked concurrency was not reached";
  }
  return report.steady ? "from the first to the last dispatch, at the asked rate"
                       : "the asked rate was not achieved";
}

std::string TokenRateText(const CaseReport& report) {
  return StrCat(RateText(report.token_rate()), report.gives_no_text() ? " in" : "");
}

std::string RequestsText(const RequestCounts& counts) {
  std::string text = StrCat(CountText(counts.planned), " planned, ", CountText(counts.ok), " ok, ",
                            CountText(counts.failed), " failed");
  if (!counts.errors.empty()) text += StrCat(" (", CountsText(counts.errors), ")");
  const auto add = [&text](int64_t count, std::string_view what) {
    if (count > 0) text += StrCat(", ", CountText(count), " ", what);
  };
  add(counts.cancelled, "cancelled");
  add(counts.not_sent, "not sent");
  add(counts.lost, "lost");
  return text;
}

std::string ErrorSampleTitle(const ErrorSample& sample) {
  if (sample.http_status == 0) return sample.error_class;
  return StrCat(sample.error_class, " ", sample.http_status);
}

std::string BoundPartsText(const CaseReport& report) {
  const std::optional<Calibration>& calibration = report.facts.calibration;
  if (!calibration) return "";
  const ClientReport& client = report.client;
  return StrCat(", of which read late p50 ", SecondsWithUnit(client.lag_bound_p50_s), ", p99 ",
                SecondsWithUnit(client.lag_bound_p99_s), ", and calibrated floor p50 ",
                SecondsText(calibration->floor.p50_s), " s, p99 ",
                SecondsText(calibration->floor.p99_s), " s (", calibration->machine.hostname, ", ",
                calibration->made_at, ")");
}

std::string GateValueText(const GateResult& gate) {
  if (!gate.value) return "not defined in this case";
  if (gate.metric == "error_rate") return StrCat("measured ", PercentText(*gate.value));
  const bool is_rate = gate.metric.starts_with("throughput.");
  return StrCat("measured ", is_rate ? RateText(*gate.value) : SecondsWithUnit(gate.value));
}

std::string RenderCaseText(const CaseReport& report, const std::string& verdict) {
  std::string out = StrCat(verdict, "  ", CleanText(report.facts.spec.name), "\n");
  for (const std::string& reason : report.verdict.reasons) {
    out += WrapText("  ! ", CleanText(reason));
  }
  const std::string attempt = AttemptSentence(report.facts);
  if (!attempt.empty()) out += Line("attempt", attempt);
  out += Line("requests", RequestsText(report.requests));
  if (report.rate) out += Line("rate", RateReportText(report));
  out += Line("window", WindowText(report));
  out += Line("throughput", ThroughputText(report, report.throughput));
  out += Line("steady", SteadyText(report));
  if (!report.gives_no_text()) out += Line("per token", PerTokenText(report));
  out += Line("tokens", TokensText(report));
  const CaseSpec& spec = report.facts.spec;
  if (!spec.dataset.hub.from.empty()) out += Line("dataset", HubText(spec.dataset.hub));
  if (!spec.model.tokenizer_hub.from.empty()) {
    out += Line("tokenizer", HubText(spec.model.tokenizer_hub));
  }
  for (const std::string& check : UsageCheckTexts(report)) out += Line("usage", check);
  out += "\n" + DistributionsText(report) + "\n";
  out += Line("client", ClientText(report));
  for (const std::string& warning : report.warnings) out += Line("note", warning);
  out += AgentsText(report);
  for (const GateResult& gate : report.gates) {
    out += Line("gate", StrCat(gate.passed ? "passed: " : "MISSED: ", gate.text, " (",
                               GateValueText(gate), ")"));
  }
  for (const ErrorSample& sample : report.error_samples) {
    out += Line("error", StrCat(CountText(sample.count), " x ", ErrorSampleTitle(sample), ": ",
                                sample.message.empty() ? "(no message)" : sample.message));
  }
  return out;
}

}  // namespace monsoon
