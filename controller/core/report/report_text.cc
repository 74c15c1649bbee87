#include "controller/core/report/report_text.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "common/base/str_cat.h"
#include "common/time/clock.h"
#include "common/time/duration_text.h"
#include "controller/core/preflight/facts_text.h"
#include "controller/core/report/case_text.h"
#include "controller/core/report/clean_text.h"
#include "controller/core/report/comparison.h"
#include "controller/core/report/number_text.h"
#include "controller/core/report/run_state_text.h"
#include "controller/core/report/text_table.h"
#include "controller/core/report/text_wrap.h"
#include "controller/core/report/token_text.h"
#include "controller/core/report/warnings.h"

namespace monsoon {
namespace {

std::string VerdictText(VerdictKind kind, const TextOptions& options) {
  std::string name(VerdictName(kind));
  if (!options.ansi_colours) return name;
  static constexpr std::array<std::string_view, 4> kColours = {"32", "31", "33", "31"};
  return StrCat("\x1b[1;", kColours[static_cast<size_t>(kind)], "m", name, "\x1b[0m");
}

std::string P(const Distribution& distribution, double Distribution::*member) {
  return distribution.count == 0 ? kUndefinedText : SecondsText(distribution.*member);
}

std::string HeaderText(const RunReport& report) {
  const RunFacts& run = report.run;
  std::string out = StrCat("Monsoon load test: ", CleanText(run.name), "\n");
  out += WrapText("",
                  CleanText(StrCat("run ", run.run_id, ", started ", FormatUtc(run.started_wall_ns),
                                   TookText(run), ", monsoon ", run.version, ", seed ", run.seed,
                                   ", agents: ", absl::StrJoin(report.agent_names(), ", "))));
  for (const EngineFacts& engine : run.engines) {
    out += WrapText("before the load: ", CleanText(DescribeEngine(engine)));
    for (const std::string& warning : engine.warnings) {
      out += WrapText("  ! ", CleanText(StrCat(engine.engine, ": ", warning)));
    }
  }
  for (const std::string& sentence : RunStateSentences(run)) {
    out += WrapText("", CleanText(sentence));
  }
  return out;
}

TextTable ComparisonTable() {
  TextTable table;
  table.AddColumn("Engine", TextTable::Align::kLeft, 18);
  for (const char* const title :
       {"Output tok/s", "TTFT p50", "TTFT p99", "TPOT", "Latency", "QPS", "OK/failed"}) {
    table.AddColumn(title);
  }
  table.AddColumn("Verdict", TextTable::Align::kLeft);
  return table;
}

std::vector<std::string> ComparisonCells(const CaseReport& one, const TextOptions& options) {
  return {
      CleanText(one.facts.spec.engine.name),   TokenRateText(one),
      P(one.ttft_s, &Distribution::p50),       P(one.ttft_s, &Distribution::p99),
      P(one.tpot_s, &Distribution::p50),       P(one.e2e_s, &Distribution::p50),
      RateText(one.throughput.requests_per_s), StrCat(one.requests.ok, "/", one.requests.failed),
      VerdictText(one.verdict.kind, options)};
}

std::string GroupTitle(const ComparisonGroup& group) {
  return WrapText("", CleanText(StrCat(group.model, ", ", group.dataset, ", ", group.load)));
}

// A repeated case has a row for each attempt; which one counts must not be guessed.
std::string AttemptsText(const ComparisonGroup& group) {
  std::string out;
  for (const CaseReport* const one : group.cases) {
    if (!one->superseded()) continue;
    out += WrapText("  ! ",
                    CleanText(StrCat(one->facts.spec.engine.name, " with ", one->requests.ok, "/",
                                     one->requests.failed, " is attempt ", one->facts.attempt,
                                     ": it was interrupted, and a later attempt counts "
                                     "instead")));
  }
  return out;
}

std::string FooterText() {
  std::string out = WrapText(
      "* ",
      "too few requests for this percentile: p90 needs 44, p95 90, p99 459, p99.9 4603; with "
      "fewer, the chance that no request at all lies beyond it is over 1%.");
  out += "\nWhat this report does not know\n";
  for (const std::string& limit : GeneralLimits()) out += WrapText("- ", limit);
  return out;
}

}  // namespace

std::string RenderComparisonText(const RunReport& report, const TextOptions& options) {
  const std::vector<ComparisonGroup> groups = GroupForComparison(report);
  // One table for all groups, so that their columns stand under each other; cut apart afterwards.
  TextTable table = ComparisonTable();
  for (const ComparisonGroup& group : groups) {
    for (const CaseReport* const one : group.cases) table.AddRow(ComparisonCells(*one, options));
  }
  const std::vector<std::string> lines = absl::StrSplit(table.Render(2), '\n');
  size_t next = 1;
  std::string out;
  for (const ComparisonGroup& group : groups) {
    out += GroupTitle(group) + lines[0] + "\n";
    for (size_t i = 0; i < group.cases.size(); ++i) out += lines[next++] + "\n";
    out += AttemptsText(group);
    const std::string rulers = DifferentRulersText(group);
    out += rulers.empty() ? "\n" : WrapText("  ! ", rulers) + "\n";
  }
  out +=
      "Times in seconds; TPOT and latency are medians; tok/s and QPS count successful "
      "requests only.\n";
  const bool any_without_text =
      std::any_of(report.cases.begin(), report.cases.end(),
                  [](const CaseReport& one) { return one.gives_no_text(); });
  if (any_without_text) out += "\"in\": input tokens, of a route that generates none.\n";
  return out;
}

std::string RenderReportText(const RunReport& report, const TextOptions& options) {
  std::string out = HeaderText(report) + "\n" + RenderComparisonText(report, options);
  for (const CaseReport& one : report.cases) {
    out += "\n" + std::string(kReportColumns, '-') + "\n";
    out += RenderCaseText(one, VerdictText(one.verdict.kind, options));
  }
  return out + "\n" + FooterText();
}

}  // namespace monsoon
