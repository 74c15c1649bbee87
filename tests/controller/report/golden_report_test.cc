// The three report files of the sample run, byte for byte, and what must hold for any of them.
#include <gtest/gtest.h>

#include "absl/strings/str_split.h"
#include <nlohmann/json.hpp>

#include "controller/core/report/clean_text.h"
#include "controller/core/report/report_html.h"
#include "controller/core/report/report_json.h"
#include "controller/core/report/report_text.h"
#include "controller/core/report/text_wrap.h"
#include "tests/controller/report/sample_run.h"
#include "tests/golden/golden.h"

namespace monsoon {
namespace {

TEST(GoldenReportTest, Json) {
  ExpectGolden(RenderReportJson(SampleReport()), "report/report.json");
}

TEST(GoldenReportTest, Text) {
  ExpectGolden(RenderReportText(SampleReport()), "report/report.txt");
}

TEST(GoldenReportTest, Html) {
  ExpectGolden(RenderReportHtml(SampleReport()), "report/report.html");
}

TEST(GoldenReportTest, OpenLoopJson) {
  ExpectGolden(RenderReportJson(SampleReport(MakeOpenLoopRun())), "report/open_loop.json");
}

TEST(GoldenReportTest, OpenLoopText) {
  ExpectGolden(RenderReportText(SampleReport(MakeOpenLoopRun())), "report/open_loop.txt");
}

TEST(GoldenReportTest, OpenLoopHtmlShowsTheRateInsteadOfTheConcurrency) {
  const std::string html = RenderReportHtml(SampleReport(MakeOpenLoopRun()));
  EXPECT_NE(html.find("open_qa, 20/s, constant rate"), std::string::npos);
  EXPECT_NE(html.find("open_qa, 20/s, Poisson arrivals"), std::string::npos);
  EXPECT_NE(html.find("20 not sent with 30 in flight"), std::string::npos);
  EXPECT_EQ(html.find(" asked; "), html.npos) << "a closed loop's words";
}

TEST(GoldenReportTest, OpenLoopRunHasThreeVerdicts) {
  const RunReport report = SampleReport(MakeOpenLoopRun());
  ASSERT_EQ(report.cases.size(), 3u);
  EXPECT_EQ(report.cases[0].verdict.kind, VerdictKind::kValid);
  EXPECT_EQ(report.cases[1].verdict.kind, VerdictKind::kInvalid);
  EXPECT_EQ(report.cases[2].verdict.kind, VerdictKind::kIncomplete);
}

// Guards the golden files themselves: the three verdicts that they are there to show.
TEST(GoldenReportTest, SampleRunHasTheThreeVerdicts) {
  const RunReport report = SampleReport();
  ASSERT_EQ(report.cases.size(), 3u);
  EXPECT_EQ(report.cases[0].verdict.kind, VerdictKind::kValid);
  EXPECT_EQ(report.cases[1].verdict.kind, VerdictKind::kFailed);
  EXPECT_EQ(report.cases[2].verdict.kind, VerdictKind::kIncomplete);
}

TEST(GoldenReportTest, TextFitsAHundredColumns) {
  const std::string text = RenderReportText(SampleReport());
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  for (const std::string& line : lines) {
    EXPECT_LE(DisplayWidth(line), kReportColumns) << line;
  }
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(GoldenReportTest, ColoursOnlyWhenAskedFor) {
  const std::string text = RenderReportText(SampleReport(), {.ansi_colours = true});
  EXPECT_NE(text.find("\x1b[1;32mVALID\x1b[0m"), std::string::npos);
  EXPECT_NE(text.find("\x1b[1;31mFAILED\x1b[0m"), std::string::npos);
}

TEST(GoldenReportTest, HostileTextsCannotLeaveTheirPlace) {
  RunReport report = SampleReport();
  const std::string hostile = "</title><script>alert('x')</script>{{cases}}\x1b[2J\xff";
  report.run.name = hostile;
  report.cases[0].facts.spec.name = hostile;
  report.cases[1].error_samples[0].message = hostile;
  const std::string html = RenderReportHtml(report);
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_EQ(html.find('\x1b'), std::string::npos);
  EXPECT_NE(html.find("{{cases}}"), std::string::npos) << "a message was taken for a placeholder";
  EXPECT_EQ(RenderReportText(report).find('\x1b'), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(RenderReportJson(report))["run"]["name"], CleanText(hostile));
}

TEST(GoldenReportTest, PageNeedsNothingFromOutside) {
  const std::string html = RenderReportHtml(SampleReport());
  for (const char* const outside : {"<script", "<link", "<img", "url(", "@import", "src="}) {
    EXPECT_EQ(html.find(outside), std::string::npos) << outside;
  }
}

// A case of which nothing is known must still give three reports, with nulls and dashes.
TEST(GoldenReportTest, EmptyCaseHasNullsNotZeros) {
  RunReport report;
  report.cases.emplace_back();
  const auto one = nlohmann::json::parse(RenderReportJson(report))["cases"][0];
  EXPECT_TRUE(one["window_s"].is_null());
  EXPECT_TRUE(one["ttft_s"]["p50"].is_null());
  EXPECT_EQ(one["ttft_s"]["count"], 0);
  EXPECT_TRUE(one["throughput"]["output_tokens_per_s"].is_null());
  EXPECT_TRUE(one["steady_window"].is_null());
  EXPECT_TRUE(one["client"]["error_bound_s"]["p99"].is_null());
  EXPECT_NE(RenderReportText(report).find("\u2013"), std::string::npos);
  EXPECT_NE(RenderReportHtml(report).find("\u2013"), std::string::npos);
}

}  // namespace
}  // namespace monsoon
