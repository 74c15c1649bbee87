// What the report makes of routes that generate no text (embeddings, rerank): latency, requests/s
// and input tokens/s, and no number that is not there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/time/clock.h"
#include "controller/core/report/case_accumulator.h"
#include "controller/core/report/report_html.h"
#include "controller/core/report/report_json.h"
#include "controller/core/report/report_text.h"
#include "tests/controller/report/sample_run.h"
#include "tests/golden/golden.h"

namespace monsoon {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

// 600 requests of 256 tokens, one at a time, answered after 10 to 12 ms: 6.6 s in all.
SampleRun EmbeddingsRun() {
  SampleRun sample;
  sample.run.run_id = "r1";
  sample.run.name = "embeddings";
  sample.run.version = "0.0.0";
  sample.cases.resize(1);
  CaseFacts& facts = sample.cases[0].facts;
  facts.planned = 600;
  facts.dataset_items = 600;
  facts.spec.name = "bge-m3/texts/c1/vllm";
  facts.spec.model.name = "bge-m3";
  facts.spec.dataset.name = "texts";
  facts.spec.engine.type = facts.spec.engine.name = "vllm";
  facts.spec.concurrency = 1;
  facts.spec.requests = 600;
  facts.spec.sampling.stream = false;
  AgentFacts agent;
  agent.name = "local";
  agent.hostname = "load1";
  agent.version = "0.0.0";
  agent.load_threads = 1;
  agent.concurrency = 1;
  agent.loop_lag_ns.Add(10'000);
  facts.agents.push_back(agent);
  int64_t now_ns = 0;
  for (uint64_t i = 0; i < 600; ++i) {
    RequestRecord record;
    record.request_index = i;
    record.status = RequestStatus::kOk;
    record.flags = kFlagNotStreamed | kFlagNoText;
    record.http_status = 200;
    record.intended_ns = record.dispatched_ns = record.sent_ns = now_ns;
    now_ns += (10 + static_cast<int64_t>(i % 3)) * kNsPerMs;
    record.headers_ns = record.first_event_ns = record.last_token_ns = record.done_ns = now_ns;
    record.input_tokens = 256;
    sample.cases[0].records.push_back(record);
  }
  return sample;
}

TEST(NoTextReport, Numbers) {
  const CaseReport report = SampleReport(EmbeddingsRun()).cases.at(0);
  EXPECT_EQ(report.verdict.kind, VerdictKind::kValid);
  EXPECT_TRUE(report.gives_no_text());
  EXPECT_EQ(report.tokens.input, 600 * 256);
  EXPECT_EQ(report.tokens.without_text, 600);
  EXPECT_DOUBLE_EQ(*report.throughput.requests_per_s, 600 / 6.6);
  EXPECT_DOUBLE_EQ(*report.throughput.input_tokens_per_s, 600 * 256 / 6.6);
  EXPECT_EQ(report.token_rate(), report.throughput.input_tokens_per_s);
  EXPECT_FALSE(report.throughput.output_tokens_per_s);
  EXPECT_FALSE(report.throughput.total_tokens_per_s);
  EXPECT_FALSE(report.system_time_per_output_token_s);
  EXPECT_EQ(report.e2e_s.count, 600);
  EXPECT_DOUBLE_EQ(report.e2e_s.p50, 0.011);
  for (const Distribution* const distribution :
       {&report.ttft_s, &report.ttft_sent_s, &report.first_event_s, &report.tpot_s,
        &report.tpot_simple_s, &report.itl_s, &report.user_tokens_per_s}) {
    EXPECT_EQ(distribution->count, 0);
  }
}

TEST(NoTextReport, OneNoteAndNoComplaintAboutMissingTokens) {
  const CaseReport report = SampleReport(EmbeddingsRun()).cases.at(0);
  EXPECT_THAT(report.warnings, Contains(HasSubstr("This route generates no text")));
  EXPECT_THAT(report.warnings, Not(Contains(HasSubstr("no output token count"))));
  EXPECT_THAT(report.warnings, Not(Contains(HasSubstr("one document instead of a stream"))));
}

TEST(NoTextReport, Text) {
  ExpectGolden(RenderReportText(SampleReport(EmbeddingsRun())), "report/embeddings.txt");
}

TEST(NoTextReport, Html) {
  const std::string html = RenderReportHtml(SampleReport(EmbeddingsRun()));
  EXPECT_THAT(html, HasSubstr("Input throughput"));
  EXPECT_THAT(html, HasSubstr("23273 in</td>"));
  for (const char* const word : {"Output throughput", "Time per output token</div>",
                                 "System time per output token", "Finish reasons"}) {
    EXPECT_THAT(html, Not(HasSubstr(word)));
  }
}

TEST(NoTextReport, JsonHasNullsAndNotZeros) {
  const auto report = nlohmann::json::parse(RenderReportJson(SampleReport(EmbeddingsRun())));
  const nlohmann::json& one = report["cases"][0];
  EXPECT_TRUE(one["throughput"]["output_tokens_per_s"].is_null());
  EXPECT_TRUE(one["ttft_s"]["p50"].is_null());
  EXPECT_EQ(one["ttft_s"]["count"], 0);
  EXPECT_TRUE(one["system_time_per_output_token_s"].is_null());
  EXPECT_EQ(one["tokens"]["requests_without_text"], 600);
  EXPECT_EQ(one["flags"]["no_text"], 600);
  EXPECT_EQ(one["stream"], false);
}

// One chat among them: then the case is one with text, whose missing counts are told.
TEST(NoTextReport, AMixedCaseIsOneWithText) {
  SampleRun sample = EmbeddingsRun();
  sample.cases[0].records[0] = StreamedRecord(0, 0, 5 * kNsPerMs, kNsPerMs, 3);
  const CaseReport report = SampleReport(sample).cases.at(0);
  EXPECT_FALSE(report.gives_no_text());
  EXPECT_TRUE(report.throughput.output_tokens_per_s);
  EXPECT_THAT(report.warnings, Not(Contains(HasSubstr("no output token count"))));
}

}  // namespace
}  // namespace monsoon
