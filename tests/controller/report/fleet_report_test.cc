// A fleet, an unfinished case and an attempt that was repeated, in the three reports.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include <nlohmann/json.hpp>

#include "common/time/clock.h"
#include "controller/core/report/clean_text.h"
#include "controller/core/report/report_html.h"
#include "controller/core/report/report_json.h"
#include "controller/core/report/report_text.h"
#include "controller/core/report/text_wrap.h"
#include "controller/core/report/verdict.h"
#include "tests/controller/report/sample_run.h"

namespace monsoon {
namespace {

using testing::HasSubstr;
using testing::Not;

// The first case of the sample run, by 32 agents.
RunReport LargeFleet() {
  SampleRun sample = MakeSampleRun();
  sample.cases.resize(1);
  std::vector<AgentFacts>& agents = sample.cases[0].facts.agents;
  const AgentFacts model = agents[0];
  agents.clear();
  for (int i = 0; i < 32; ++i) {
    AgentFacts agent = model;
    agent.name = "load" + std::to_string(i) + ".cluster.local:7070";
    agent.weight = i % 3 + 1;
    agent.clock_offset_ns = -86'400 * kNsPerS * i;
    agents.push_back(agent);
  }
  return SampleReport(sample);
}

std::vector<std::string> Lines(const std::string& text) { return absl::StrSplit(text, '\n'); }

TEST(FleetReportTest, EachOfManyAgentsHasALineAndItFits) {
  const std::string text = RenderReportText(LargeFleet());
  int lines = 0;
  for (const std::string& line : Lines(text)) {
    EXPECT_LE(DisplayWidth(line), kReportColumns) << line;
    if (line.starts_with("  load")) ++lines;
  }
  EXPECT_EQ(lines, 32);
  EXPECT_THAT(text, HasSubstr("their first sends were 0.031 ms apart"));
}

TEST(FleetReportTest, TheAgentsPartsAddUp) {
  const auto json = nlohmann::json::parse(RenderReportJson(LargeFleet()));
  const auto& one = json["cases"][0];
  int64_t ok = 0;
  int64_t output_tokens = 0;
  for (const auto& agent : one["fleet"]["agents"]) {
    ok += agent["requests"]["ok"].get<int64_t>();
    output_tokens += agent["output_tokens"].get<int64_t>();
    EXPECT_EQ(agent["requests"]["ok"], 15) << "480 requests in turns";
  }
  EXPECT_EQ(ok, one["requests"]["ok"]);
  EXPECT_EQ(output_tokens, one["tokens"]["output"]);
  EXPECT_DOUBLE_EQ(one["fleet"]["first_send_skew_s"].get<double>(), 31e-6);
}

TEST(FleetReportTest, AnAgentThatWasLostSaysWhatIsMissing) {
  const RunReport report = SampleReport();
  const std::string text = RenderReportText(report);
  EXPECT_THAT(text, HasSubstr("load2:7070 LOST: no heartbeat for 10s (2 requests lost)"));
  EXPECT_THAT(text, HasSubstr("load2:7070 fell silent once, for 7.000 s in all"));
  EXPECT_THAT(RenderReportHtml(report), HasSubstr("load2:7070 LOST: no heartbeat for 10s"));
  const auto json = nlohmann::json::parse(RenderReportJson(report));
  EXPECT_EQ(json["cases"][2]["fleet"]["agents"][1]["lost_requests"], 2);
}

TEST(FleetReportTest, WhatALostAgentDidNotTellIsNoZero) {
  RunReport report = SampleReport();
  AgentFacts& lost = report.cases[2].facts.agents[1];
  ASSERT_TRUE(lost.lost);
  EXPECT_THAT(RenderReportText(report), HasSubstr("18.75%  LOST"));
  lost.cpu_seconds = 0;
  lost.busy_share_max = 0;
  lost.clock_drift_ppm.reset();
  EXPECT_THAT(RenderReportText(report), HasSubstr("\u2013  LOST"));
  EXPECT_THAT(RenderReportHtml(report), Not(HasSubstr("<td>0%</td>")));
}

TEST(FleetReportTest, AClockThatWasNotComparedIsUnknown) {
  SampleRun sample = MakeSampleRun();
  for (AgentFacts& agent : sample.cases[0].facts.agents) {
    agent.clock_offset_ns = 0;
    agent.clock_bound_ns = 0;
    agent.clock_round_trip_ns = 0;
  }
  const RunReport report = SampleReport(sample);
  EXPECT_THAT(RenderReportText(report), Not(HasSubstr("+0.000")));
  const auto one = nlohmann::json::parse(RenderReportJson(report))["cases"][0];
  for (const char* const member : {"clock_offset_s", "clock_bound_s", "clock_round_trip_s"}) {
    EXPECT_TRUE(one["fleet"]["agents"][0][member].is_null()) << member;
  }
  EXPECT_TRUE(one["agents"][0]["clock_bound_s"].is_null());
}

TEST(FleetReportTest, AnUnfinishedCaseIsIncompleteAndNoDefect) {
  CaseReport report = SampleReport().cases[0];
  report.facts.state = CaseState::kRunning;
  report.requests.planned += 1000;
  const Verdict verdict = Judge(report);
  EXPECT_EQ(verdict.kind, VerdictKind::kIncomplete);
  ASSERT_FALSE(verdict.reasons.empty());
  EXPECT_THAT(verdict.reasons[0], HasSubstr("480 of 1480 planned requests have a record so far"));
  for (const std::string& reason : verdict.reasons) EXPECT_THAT(reason, Not(HasSubstr("add up")));
}

TEST(FleetReportTest, ARunThatDiedOrGoesOnSaysSo) {
  RunReport report = SampleReport();
  report.run.finished_wall_ns = 0;
  report.run.activity = RunActivity::kRunning;
  report.run.running_pid = 4711;
  EXPECT_THAT(RenderReportText(report), HasSubstr("STILL RUNNING (process 4711)"));
  report.run.activity = RunActivity::kDied;
  EXPECT_THAT(RenderReportText(report), HasSubstr("ITS CONTROLLER DIED"));
  EXPECT_THAT(RenderReportText(report), Not(HasSubstr(", took ")));
  const auto json = nlohmann::json::parse(RenderReportJson(report));
  EXPECT_EQ(json["run"]["state"], "died");
  EXPECT_TRUE(json["run"]["finished_at"].is_null());
}

TEST(FleetReportTest, AttemptsAreTold) {
  RunReport report = SampleReport();
  report.cases[0].facts.superseded_by = 2;
  report.cases[2].facts.supersedes = 0;
  report.cases[2].facts.attempt = 2;
  const std::string text = RenderReportText(report);
  EXPECT_THAT(text, HasSubstr("a later attempt at this case counts instead"));
  EXPECT_THAT(text, HasSubstr("attempt 2; the earlier one was interrupted"));
  EXPECT_THAT(text, HasSubstr(" is attempt 1: it was interrupted"));
  EXPECT_THAT(RenderReportHtml(report), HasSubstr("another attempt counts"));
  const auto json = nlohmann::json::parse(RenderReportJson(report));
  EXPECT_EQ(json["cases"][0]["superseded_by"], 2);
  EXPECT_TRUE(json["cases"][0]["supersedes"].is_null());
  EXPECT_EQ(json["cases"][2]["attempt"], 2);
}

}  // namespace
}  // namespace monsoon
