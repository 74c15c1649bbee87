#include "controller/core/report/case_html.h"

#include "common/base/str_cat.h"
#include "controller/core/report/case_facts_html.h"
#include "controller/core/report/case_text.h"
#include "controller/core/report/clean_text.h"
#include "controller/core/report/fleet_facts.h"
#include "controller/core/report/html_elements.h"
#include "controller/core/report/metric_catalogue.h"
#include "controller/core/report/number_text.h"
#include "controller/core/report/warnings.h"

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
    out += StrCat("<tr><th>", EscapeHtml(info.label), ElementHtml("small", "", info.definition));
    if (info.member == &CaseReport::itl_s && ReadsAreLate(report)) {
      out += ElementHtml("small", "caution",
                         StrCat("p99 and above may be the client's own by ",
                                SecondsText(report.client.loop_lag_s.p99), " s: see below"));
    }
    out += StrCat("</th><td>", CountText(distribution.count), "</td>");
    for (const Statistic& statistic : DistributionStatistics())
      out += Cell(distribution, statistic);
    out += "</tr>\n";
  }
  out += "</tbody></table></div>\n";
  if (undefined.empty()) return out;
  return out + ElementHtml("p", "legend", StrCat("No sample in this case: ", undefined, "."));
}

std::string AgentsHtml(const CaseReport& report) {
  std::vector<std::string> notes = TroubleSentences(report.facts);
  const std::string skew = SkewSentence(report.facts);
  if (!skew.empty()) notes.insert(notes.begin(), skew);
  return FleetTableHtml(report) + ListHtml("notes", notes);
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

std::string RenderCaseHtml(const CaseReport& report) {
  const CaseSpec& spec = report.facts.spec;
  std::string out = StrCat("<section class=\"case\" id=\"case-", spec.index, "\">\n<h3>",
                           EscapeHtml(spec.name), " ", BadgeHtml(report.verdict.kind), "</h3>\n");
  const std::string attempt = AttemptSentence(report.facts);
  if (!attempt.empty()) out += ElementHtml("p", "legend", attempt);
  out += ListHtml("reasons", report.verdict.reasons);
  out += TilesHtml(report) + DistributionsHtml(report);
  if (!report.warnings.empty()) {
    out += StrCat("<h4>Before you quote these numbers</h4>\n", ListHtml("notes", report.warnings));
  }
  out += CaseFactsHtml(report);
  out += GatesHtml(report) + ErrorsHtml(report);
  out += StrCat("<h4>Agents</h4>\n", AgentsHtml(report));
  return out + "</section>\n";
}

}  // namespace monsoon
