#include "controller/core/report/report_html.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "common/base/str_cat.h"
#include "common/time/clock.h"
#include "common/time/duration_text.h"
#include "controller/core/preflight/facts_text.h"
#include "controller/core/report/case_html.h"
#include "controller/core/report/case_text.h"
#include "controller/core/report/clean_text.h"
#include "controller/core/report/comparison.h"
#include "controller/core/report/html_elements.h"
#include "controller/core/report/number_text.h"
#include "controller/core/report/page_files.h"
#include "controller/core/report/run_state_text.h"
#include "controller/core/report/token_text.h"
#include "controller/core/report/warnings.h"

namespace monsoon {
namespace {

// The verdict comes first: on a narrow page the table scrolls, and it must not scroll out of sight.
constexpr char kComparisonHead[] =
    "<div class=\"scroll\"><table class=\"numbers comparison\">\n<thead><tr><th>Engine</th>"
    "<th>Verdict</th><th>Output tok/s</th><th>TTFT p50, s</th><th>TTFT p99, s</th><th>TPOT p50, "
    "s</th>"
    "<th>Latency p50, s</th><th>Latency p99, s</th><th>QPS</th><th>OK</th><th>Failed</th>"
    "</tr></thead>\n";

std::string P50(const Distribution& distribution) {
  return distribution.count == 0 ? kUndefinedText : SecondsText(distribution.p50);
}

std::string P99(const Distribution& distribution) {
  if (distribution.count == 0) return kUndefinedText;
  return StrCat(SecondsText(distribution.p99), distribution.is_insufficient("p99") ? "*" : "");
}

// A bar behind the throughput, as long as its share of the group's best.
std::string BarCell(const CaseReport& report, double best) {
  const std::optional<double> rate = report.token_rate();
  const double share = rate && best > 0 ? *rate / best : 0;
  return absl::StrFormat("<td class=\"bar\" style=\"--share: %.1f%%\">%s</td>", share * 100,
                         TokenRateText(report));
}

std::string RowHtml(const CaseReport& report, double best) {
  const CaseSpec& spec = report.facts.spec;
  const bool has_label = spec.engine.type != spec.engine.name;
  std::string out =
      StrCat("<tr><th><a href=\"#case-", spec.index, "\">", EscapeHtml(spec.engine.name), "</a>",
             has_label ? ElementHtml("small", "", spec.engine.type) : "",
             report.superseded() ? ElementHtml("small", "", "another attempt counts") : "",
             "</th><td class=\"verdict\">", BadgeHtml(report.verdict.kind), "</td>",
             BarCell(report, best));
  for (const std::string& text :
       {P50(report.ttft_s), P99(report.ttft_s), P50(report.tpot_s), P50(report.e2e_s),
        P99(report.e2e_s), RateText(report.throughput.requests_per_s),
        CountText(report.requests.ok), CountText(report.requests.failed)}) {
    out += ElementHtml("td", "", text);
  }
  return out + "</tr>\n";
}

std::string GroupHtml(const ComparisonGroup& group) {
  double best = 0;  // no bars: nothing to compare a single case with
  for (const CaseReport* const one : group.cases) {
    if (group.cases.size() == 1) break;
    best = std::max(best, one->token_rate().value_or(0));
  }
  std::string out =
      StrCat("<tbody>\n<tr class=\"group\"><th colspan=\"11\">", EscapeHtml(group.model),
             " <span class=\"sub\">", EscapeHtml(group.dataset), ", ", EscapeHtml(group.load),
             "</span></th></tr>\n");
  for (const CaseReport* const one : group.cases) out += RowHtml(*one, best);
  if (const std::string rulers = DifferentRulersText(group); !rulers.empty()) {
    out += StrCat("<tr><td colspan=\"11\" class=\"rulers\">", EscapeHtml(rulers), "</td></tr>\n");
  }
  return out + "</tbody>\n";
}

std::string RunLine(const RunReport& report) {
  const RunFacts& run = report.run;
  const std::vector<std::string> agents = report.agent_names();
  return EscapeHtml(StrCat(
      "Run ", run.run_id, ", started ", FormatUtc(run.started_wall_ns), TookText(run), ". Monsoon ",
      run.version, ", seed ", run.seed, ", ", agents.size(),
      agents.size() == 1 ? " load agent: " : " load agents: ", absl::StrJoin(agents, ", "), "."));
}

// What the preflight learned, in words; "" without one.
std::string Engines(const RunReport& report) {
  std::vector<std::string> notes;
  for (const EngineFacts& engine : report.run.engines) {
    notes.push_back(StrCat(DescribeEngine(engine), "."));
    for (const std::string& warning : engine.warnings) {
      notes.push_back(StrCat("Warning for ", engine.engine, ": ", warning, "."));
    }
  }
  if (notes.empty()) return "";
  return ElementHtml("h3", "", "Asked before the load") + ListHtml("notes", notes);
}

std::string Comparison(const RunReport& report) {
  std::string out;
  for (const std::string& sentence : RunStateSentences(report.run)) {
    out += ElementHtml("p", "alert", sentence);
  }
  out += kComparisonHead;
  for (const ComparisonGroup& group : GroupForComparison(report)) out += GroupHtml(group);
  return out + "</table></div>\n";
}

std::string Cases(const RunReport& report) {
  std::string out;
  for (const CaseReport& one : report.cases) out += RenderCaseHtml(one);
  return out;
}

// `page` with every {{name}} replaced. What is put in is not looked at again, so that a message
// that contains a placeholder stays a message.
std::string Fill(std::string_view page,
                 const std::vector<std::pair<std::string_view, std::string>>& parts) {
  std::string out;
  while (!page.empty()) {
    const size_t open = std::min(page.find("{{"), page.size());
    out += page.substr(0, open);
    page.remove_prefix(open);
    const size_t close = page.find("}}");
    if (close == std::string_view::npos) break;
    const std::string_view name = page.substr(2, close - 2);
    for (const auto& [part, html] : parts) {
      if (part == name) out += html;
    }
    page.remove_prefix(close + 2);
  }
  return out;
}

}  // namespace

std::string RenderReportHtml(const RunReport& report) {
  return Fill(PageHtml(), {{"title", EscapeHtml(report.run.name)},
                           {"style", std::string(StyleCss())},
                           {"run", RunLine(report)},
                           {"comparison", Comparison(report)},
                           {"engines", Engines(report)},
                           {"cases", Cases(report)},
                           {"unknown", ListHtml("notes", GeneralLimits())}});
}

}  // namespace monsoon
