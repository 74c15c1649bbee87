#include "controller/core/report/case_html.h"

#include "absl/strings/ascii.h"

#include "common/base/str_cat.h"
#include "common/time/clock.h"
#include "controller/core/report/case_text.h"
#include "controller/core/report/clean_text.h"
#include "controller/core/report/metric_catalogue.h"
#include "controller/core/report/number_text.h"
#include "controller/core/report/token_text.h"

namespace monsoon {
namespace {

std::string Tile(std::string_view label, const std::string& number, std::string_view unit,
                 std::string_view note) {
  return StrCat("<div class=\"tile\">", ElementHtml("div", "tile-label", label),
                "<div class=\"tile-number\">", EscapeHtml(number),
                ElementHtml("span", "unit", unit), "</div>", ElementHtml("div", "tile-note", note),
                "</div>\n");
}

std::string MedianText(const Distribution& distribution) {
  return distribution.count == 0 ? kUndefinedText : SecondsText(distribution.p50);
}

std::string TailText(const Distribution& distribution) {
  if (distribution.count == 0) return "not defined in this case";
  const char* const mark = distribution.is_insufficient("p99") ? "*" : "";
  return StrCat("median; p99 ", SecondsText(distribution.p99), mark, " s");
}

std::string TilesHtml(const CaseReport& report) {
  const Throughput& throughput = report.throughput;
  std::string out = "<div class=\"tiles\">\n";
  if (report.gives_no_text()) {
    out += Tile("Input throughput", RateText(throughput.input_tokens_per_s), "tok/s",
                "this route generates no text");
  } else {
    out += Tile("Output throughput", RateText(throughput.output_tokens_per_s), "tok/s",
                StrCat(RateText(throughput.total_tokens_per_s), " with input"));
    out += Tile("Time to first token", MedianText(report.ttft_s), "s", TailText(report.ttft_s));
    out += Tile("Time per output token", MedianText(report.tpot_s), "s", TailText(report.tpot_s));
  }
  out += Tile("Latency", MedianText(report.e2e_s), "s", TailText(report.e2e_s));
  out += Tile("Requests", RateText(throughput.requests_per_s), "/s",
              StrCat(CountText(report.requests.ok), " ok, ", CountText(report.requests.failed),
                     " failed of ", CountText(report.requests.planned)));
  out += Tile("Client error bound", SecondsText(report.client.error_bound_p99_s), "s",
              StrCat("p99; limit ", SecondsText(report.max_error_s), " s"));
  return out + "</div>\n";
}

std::string Cell(const Distribution& distribution, const Statistic& statistic) {
  const std::string text = SecondsText(distribution.*statistic.member);
  if (!distribution.is_insufficient(statistic.name)) return StrCat("<td>", text, "</td>");
  return StrCat("<td class=\"weak\" title=\"too few requests for this percentile\">", text,
                "*</td>");
}

std::string DistributionsHtml(const CaseReport& report) {
  std::string out =
      "<div class=\"scroll\"><table class=\"numbers "
      "distributions\">\n<thead><tr><th>Seconds</th><th>n</th>";
  for (const Statistic& statistic : DistributionStatistics()) {
    out += ElementHtml("th", "", statistic.name == "p999" ? "p99.9" : statistic.name);
  }
  out += "</tr></thead>\n<tbody>\n";
  std::string undefined;
  for (const DistributionInfo& info : CaseDistributions()) {
    const Distribution& distribution = report.*info.member;
    if (distribution.count == 0) {
      undefined += StrCat(undefined.empty() ? "" : ", ", info.label);
      continue;
    }
    out += StrCat("<tr><th>", EscapeHtml(info.label), ElementHtml("small", "", info.definition),
                  "</th><td>", CountText(distribution.count), "</td>");
    for (const Statistic& statistic : DistributionStatistics())
      out += Cell(distribution, statistic);
    out += "</tr>\n";
  }
  out += "</tbody></table></div>\n";
  if (undefined.empty()) return out;
  return out + ElementHtml("p", "legend", StrCat("No sample in this case: ", undefined, "."));
}

class Facts {
 public:
  explicit Facts(std::string_view title) : html_(ElementHtml("h4", "", title) + "\n<dl>\n") {}

  void Add(std::string_view term, std::string_view value) {
    html_ += StrCat("<div>", ElementHtml("dt", "", term), ElementHtml("dd", "", value), "</div>\n");
  }
  std::string Take() { return StrCat("<div class=\"facts\">\n", html_, "</dl>\n</div>\n"); }

 private:
  std::string html_;
};

std::string LoadHtml(const CaseReport& report) {
  Facts facts("Requests and window");
  facts.Add("Requests", RequestsText(report.requests));
  if (report.warmup_requests > 0) {
    facts.Add("Warm-up", StrCat(CountText(report.warmup_requests), ", outside of every number"));
  }
  if (report.rate) facts.Add("Rate", RateReportText(report));
  const bool by_duration = report.facts.spec.duration_ns > 0;
  facts.Add(
      "Window",
      StrCat(SecondsWithUnit(report.window_s),
             by_duration
                 ? ", the duration that was asked for; tokens count when they arrive within it"
                 : ", first dispatch to last finish, success or failure"));
  const std::string asked = report.rate ? "" : StrCat(report.facts.spec.concurrency, " asked; ");
  facts.Add("In flight", StrCat(asked, RateText(report.achieved_concurrency),
                                " on average over the window, peak ", report.peak_concurrency));
  if (report.steady) {
    const Throughput& steady = report.steady->throughput;
    const std::string rate = report.gives_no_text()
                                 ? StrCat(RateText(steady.requests_per_s), " requests/s")
                                 : StrCat(RateText(steady.output_tokens_per_s), " output tokens/s");
    facts.Add("Steady window",
              StrCat(SecondsText(report.steady->seconds), " s ", SteadyRuleText(report), ": ", rate,
                     ", counting requests that finished inside"));
  } else {
    facts.Add("Steady window", StrCat("none: ", SteadyRuleText(report)));
  }
  if (!report.gives_no_text()) {
    facts.Add("System time per output token",
              StrCat(SecondsWithUnit(report.system_time_per_output_token_s),
                     ", the window divided by all output tokens"));
  }
  return facts.Take();
}

std::string TokensHtml(const CaseReport& report) {
  const TokenTotals& tokens = report.tokens;
  Facts facts("Tokens and data");
  facts.Add("Tokens", TokenTotalsText(report));
  for (const std::string& check : UsageCheckTexts(report)) facts.Add("Reported usage", check);
  if (tokens.with_cached > 0) {
    facts.Add("Cached input tokens", StrCat(CountText(tokens.cached), ", as the engine reports"));
  }
  if (report.user_tokens_per_s.count > 0) {
    facts.Add("Per user", StrCat(RateText(report.user_tokens_per_s.p50),
                                 " output tokens/s for the median request (1/TPOT)"));
  }
  const std::optional<double> same_read = report.same_read_share();
  if (same_read) facts.Add("Gaps within one read", PercentText(*same_read));
  if (!report.gives_no_text()) facts.Add("Finish reasons", CountsText(report.finish_reasons));
  facts.Add("Dataset", StrCat(CountText(report.facts.dataset_items), " items, ",
                              CountText(report.facts.dataset_filtered), " filtered by length, ",
                              CountText(report.facts.dataset_skipped_bad), " malformed"));
  facts.Add("Prompts sent before", PercentText(report.facts.repeated_prompt_share));
  for (const FlagInfo& info : RecordFlags()) {
    const auto flag = report.flags.find(std::string(info.name));
    // Connections are counted with the client's facts already.
    if (flag == report.flags.end() || flag->second == 0 || info.flag == kFlagNewConnection)
      continue;
    facts.Add("Noted", StrCat(CountText(flag->second), " requests ", info.meaning));
  }
  return facts.Take();
}

std::string LagText(const Distribution& lag, std::string_view what) {
  if (lag.count == 0) return std::string(kUndefinedText);
  return StrCat("p50 ", SecondsText(lag.p50), " s, p99 ", SecondsText(lag.p99), " s, max ",
                SecondsText(lag.max), " s: ", what, ", ", CountText(lag.count), " samples");
}

std::string ClientHtml(const CaseReport& report) {
  const ClientReport& client = report.client;
  const VerdictLimits& limits = report.facts.spec.verdict;
  Facts facts("The client's own error");
  facts.Add("Timing error bound",
            StrCat("p50 ", SecondsWithUnit(client.error_bound_p50_s), ", p99 ",
                   SecondsWithUnit(client.error_bound_p99_s), "; limit ",
                   SecondsText(report.max_error_s), " s", BoundPartsText(report),
                   ". Of TTFT: how late first tokens were read, and the call that sent"));
  facts.Add("Lag of every read", LagText(client.loop_lag_s, "socket ready to bytes read"));
  facts.Add("By the kernel's stamps",
            LagText(client.kernel_lag_s, "received to bytes read, a sample of reads"));
  const Distribution& lateness = report.lateness_s;
  if (lateness.count > 0) facts.Add("Lateness", StrCat("p99 ", SecondsText(lateness.p99), " s"));
  facts.Add("Lag of the first token",
            LagText(client.first_token_lag_s, "received to bytes read, and the call that sent"));
  facts.Add("Timer", LagText(client.timer_lag_s, "how late a tick of 20 ms was served"));
  facts.Add("Busiest load thread",
            StrCat(PercentText(client.cpu_utilisation_max), " of one second; limit ",
                   PercentText(limits.max_busy_share)));
  if (!report.rate) {
    facts.Add("Out of work",
              StrCat(client.starved_share ? PercentText(*client.starved_share) : kUndefinedText,
                     " of slot time; limit ", PercentText(limits.max_starved_share)));
  }
  facts.Add("Connections", StrCat(CountText(client.new_connections), " opened, ",
                                  CountText(client.reused_connections), " reuses"));
  return facts.Take();
}

std::string AgentsHtml(const CaseReport& report) {
  std::string out =
      "<div class=\"scroll\"><table class=\"numbers\"><thead><tr><th>Agent</th><th>Host</th>"
      "<th>Version</th><th>Engine address</th><th>Threads</th><th>In flight</th><th>Clock offset, "
      "s</th><th>\u00b1 s</th><th>Busiest second</th><th>CPU, s</th><th>Lag p99, "
      "s</th></tr></thead>"
      "<tbody>\n";
  for (const AgentFacts& agent : report.facts.agents) {
    const LogHistogram& lag = agent.loop_lag_ns;
    out +=
        StrCat("<tr><th>", EscapeHtml(agent.name),
               agent.lost ? ElementHtml("small", "bad", StrCat("lost: ", agent.lost_reason)) : "",
               "</th>");
    for (const std::string& text :
         {agent.hostname, agent.version, agent.engine_address, StrCat(agent.load_threads),
          StrCat(agent.concurrency), SecondsText(ToSeconds(agent.clock_offset_ns)),
          SecondsText(ToSeconds(agent.clock_bound_ns)), PercentText(agent.busy_share_max),
          SecondsText(agent.cpu_seconds),
          lag.count() == 0 ? std::string(kUndefinedText)
                           : SecondsText(ToSeconds(lag.Quantile(0.99)))}) {
      out += ElementHtml("td", "", text);
    }
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string GatesHtml(const CaseReport& report) {
  if (report.gates.empty()) return "";
  std::string out = "<h4>Gates</h4>\n<ul class=\"gates\">\n";
  for (const GateResult& gate : report.gates) {
    out += StrCat("<li>",
                  ElementHtml("span", gate.passed ? "badge valid" : "badge failed",
                              gate.passed ? "passed" : "missed"),
                  " ", ElementHtml("code", "", gate.text), " ", EscapeHtml(GateValueText(gate)),
                  "</li>\n");
  }
  return out + "</ul>\n";
}

std::string ErrorsHtml(const CaseReport& report) {
  if (report.error_samples.empty()) return "";
  std::string out =
      "<h4>Errors</h4>\n<div class=\"scroll\"><table class=\"errors\"><thead><tr><th>Class</th>"
      "<th>Requests</th><th>What the engine or the connection said</th></tr></thead><tbody>\n";
  for (const ErrorSample& sample : report.error_samples) {
    out += StrCat(
        "<tr>", ElementHtml("th", "", ErrorSampleTitle(sample)),
        ElementHtml("td", "count", CountText(sample.count)),
        ElementHtml("td", "message", sample.message.empty() ? "(no message)" : sample.message),
        "</tr>\n");
  }
  return out + "</tbody></table></div>\n";
}

}  // namespace

std::string BadgeHtml(VerdictKind kind) {
  const std::string name(VerdictName(kind));
  return ElementHtml("span", StrCat("badge ", absl::AsciiStrToLower(name)), name);
}

std::string ElementHtml(std::string_view tag, std::string_view css_class, std::string_view text) {
  const std::string attribute = css_class.empty() ? "" : StrCat(" class=\"", css_class, "\"");
  return StrCat("<", tag, attribute, ">", EscapeHtml(text), "</", tag, ">");
}

std::string ListHtml(std::string_view css_class, const std::vector<std::string>& sentences) {
  if (sentences.empty()) return "";
  std::string out = StrCat("<ul class=\"", css_class, "\">\n");
  for (const std::string& sentence : sentences) out += ElementHtml("li", "", sentence) + "\n";
  return out + "</ul>\n";
}

std::string RenderCaseHtml(const CaseReport& report) {
  const CaseSpec& spec = report.facts.spec;
  std::string out = StrCat("<section class=\"case\" id=\"case-", spec.index, "\">\n<h3>",
                           EscapeHtml(spec.name), " ", BadgeHtml(report.verdict.kind), "</h3>\n");
  out += ListHtml("reasons", report.verdict.reasons);
  out += TilesHtml(report) + DistributionsHtml(report);
  out += StrCat("<div class=\"columns\">\n", LoadHtml(report), TokensHtml(report),
                ClientHtml(report), "</div>\n");
  out += GatesHtml(report) + ErrorsHtml(report);
  out += StrCat("<h4>Agents</h4>\n", AgentsHtml(report));
  if (!report.warnings.empty()) {
    out += StrCat("<h4>Before you quote these numbers</h4>\n", ListHtml("notes", report.warnings));
  }
  return out + "</section>\n";
}

}  // namespace monsoon
