#include "controller/core/report/case_facts_html.h"

#include "common/base/str_cat.h"
#include "controller/core/report/case_text.h"
#include "controller/core/report/html_elements.h"
#include "controller/core/report/metric_catalogue.h"
#include "controller/core/report/number_text.h"
#include "controller/core/report/token_text.h"

namespace monsoon {
namespace {

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
                              CountText(report.facts.dataset_filtered), " left out, ",
                              CountText(report.facts.dataset_skipped_bad), " malformed"));
  const CaseSpec& spec = report.facts.spec;
  if (!spec.dataset.hub.from.empty()) facts.Add("Dataset file", HubText(spec.dataset.hub));
  if (!spec.model.tokenizer_hub.from.empty()) {
    facts.Add("Tokenizer file", HubText(spec.model.tokenizer_hub));
  }
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

}  // namespace

std::string CaseFactsHtml(const CaseReport& report) {
  return StrCat("<div class=\"columns\">\n", LoadHtml(report), TokensHtml(report),
                ClientHtml(report), "</div>\n");
}

}  // namespace monsoon
