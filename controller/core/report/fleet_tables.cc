#include <utility>

#include "absl/strings/str_format.h"

#include "common/base/str_cat.h"
#include "common/time/clock.h"
#include "controller/core/report/clean_text.h"
#include "controller/core/report/fleet_facts.h"
#include "controller/core/report/html_elements.h"
#include "controller/core/report/number_text.h"
#include "controller/core/report/text_table.h"

namespace monsoon {
namespace {

// Answered, of those that it had.
std::string RequestsCell(const RequestCounts& counts) {
  return StrCat(CountText(counts.ok), "/", CountText(counts.accounted()));
}

std::string FirstSendCell(const CaseFacts& facts, const AgentFacts& agent) {
  if (agent.first_send_ns == kNever || facts.start_ns == kNever) return kUndefinedText;
  return MsText(agent.first_send_ns - facts.start_ns);
}

std::string ClockCell(const AgentFacts& agent, std::string text) {
  return ClockKnown(agent) ? std::move(text) : kUndefinedText;
}

std::string LagCell(const AgentFacts& agent) {
  const LogHistogram& lag = agent.loop_lag_ns;
  return lag.count() == 0 ? kUndefinedText : MsText(static_cast<int64_t>(lag.Quantile(0.99)));
}

std::string BusyCell(const AgentFacts& agent) {
  return ToldOfItself(agent) ? PercentText(agent.busy_share_max) : kUndefinedText;
}

std::string CpuCell(const AgentFacts& agent) {
  return ToldOfItself(agent) ? SecondsText(agent.cpu_seconds) : kUndefinedText;
}

std::string WeightText(double weight) { return absl::StrFormat("%g", weight); }

std::string DriftText(const std::optional<double>& ppm) {
  return ppm ? absl::StrFormat("%+.2f", *ppm) : kUndefinedText;
}

}  // namespace

std::string FleetTableText(const CaseReport& report) {
  TextTable table;
  table.AddColumn("agent", TextTable::Align::kLeft, 21);
  for (const char* const title :
       {"weight", "share", "ok/had", "tokens", "clock ms", "+-", "trip", "1st ms", "busy"}) {
    table.AddColumn(title);
  }
  table.AddColumn("", TextTable::Align::kLeft);
  for (const AgentFacts& agent : report.facts.agents) {
    const AgentTotals totals = report.totals_of(agent);
    table.AddRow({CleanText(agent.name), WeightText(agent.weight), CountText(agent.concurrency),
                  RequestsCell(totals.requests), CountText(totals.output_tokens),
                  ClockCell(agent, SignedMsText(agent.clock_offset_ns)),
                  ClockCell(agent, MsText(agent.clock_bound_ns)),
                  ClockCell(agent, MsText(agent.clock_round_trip_ns)),
                  FirstSendCell(report.facts, agent), BusyCell(agent), agent.lost ? "LOST" : ""});
  }
  return table.Render(2);
}

std::string FleetTableHtml(const CaseReport& report) {
  std::string out =
      "<div class=\"scroll\"><table class=\"numbers fleet\">\n<thead><tr><th>Agent</th>"
      "<th>Weight</th><th>Share</th><th>OK of had</th><th>Output tokens</th>"
      "<th>Clock offset, ms</th><th>\u00b1 ms</th><th>Round trip, ms</th><th>Drift, ppm</th>"
      "<th>First send, ms</th><th>Busiest second</th><th>Lag p99, ms</th><th>CPU, s</th>"
      "<th>Threads</th><th>Host</th><th>Version</th><th>Engine "
      "address</th></tr></thead>\n<tbody>\n";
  for (const AgentFacts& agent : report.facts.agents) {
    const AgentTotals totals = report.totals_of(agent);
    out += StrCat("<tr><th>", EscapeHtml(agent.name),
                  agent.lost ? ElementHtml("small", "bad", "lost") : "", "</th>");
    for (const std::string& text :
         {WeightText(agent.weight), CountText(agent.concurrency), RequestsCell(totals.requests),
          CountText(totals.output_tokens), ClockCell(agent, SignedMsText(agent.clock_offset_ns)),
          ClockCell(agent, MsText(agent.clock_bound_ns)),
          ClockCell(agent, MsText(agent.clock_round_trip_ns)), DriftText(agent.clock_drift_ppm),
          FirstSendCell(report.facts, agent), BusyCell(agent), LagCell(agent), CpuCell(agent),
          StrCat(agent.load_threads), agent.hostname, agent.version, agent.engine_address}) {
      out += ElementHtml("td", "", text);
    }
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

}  // namespace monsoon
