// What the report makes of an open loop, worked out by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/time/clock.h"
#include "controller/core/report/case_accumulator.h"
#include "tests/controller/report/sample_run.h"

namespace monsoon {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr int64_t kMs = kNsPerMs;

CaseReport Report(const CaseFacts& facts, const std::vector<RequestRecord>& records) {
  CaseAccumulator accumulator(facts);
  for (const RequestRecord& record : records) accumulator.Add(record);
  return accumulator.Finish();
}

CaseFacts Facts(int64_t planned) {
  CaseFacts facts;
  facts.planned = planned;
  facts.spec.concurrency = 0;
  facts.spec.load = {.law = LoadLaw::kConstant, .rate = *ParseArrivalRate("10/s")};
  AgentFacts agent;
  agent.loop_lag_ns.Add(10'000);
  facts.agents.push_back(agent);
  return facts;
}

// Due at `due_ms`, dispatched `late_ms` later; 5 tokens, the first 100 ms after dispatch, 100 ms
// apart: done 500.2 ms after dispatch.
RequestRecord Sent(uint64_t index, int64_t due_ms, int64_t late_ms = 0) {
  RequestRecord record = StreamedRecord(index, (due_ms + late_ms) * kMs, 100 * kMs, 100 * kMs, 5);
  record.intended_ns = due_ms * kMs;
  record.flags |= kFlagScheduled;
  return record;
}

RequestRecord NotSent(uint64_t index, int64_t due_ms, uint32_t flags) {
  RequestRecord record;
  record.request_index = index;
  record.intended_ns = due_ms * kMs;
  record.flags = kFlagScheduled | flags;
  return record;
}

TEST(OpenLoopReport, LatenciesBeginWhenTheRequestWasDue) {
  const CaseReport report = Report(Facts(1), {Sent(0, 0, 30)});
  EXPECT_DOUBLE_EQ(report.ttft_s.max, 0.130);
  EXPECT_DOUBLE_EQ(report.e2e_s.max, 0.530);
  EXPECT_DOUBLE_EQ(report.lateness_s.max, 0.030);
  EXPECT_NEAR(report.ttft_sent_s.max, 0.100, 0.001) << "from the first write, as ever";
}

TEST(OpenLoopReport, RateOfWhatWasDueSoFar) {
  std::vector<RequestRecord> records;
  for (uint64_t i = 0; i < 98; ++i) records.push_back(Sent(i, static_cast<int64_t>(i) * 100));
  records.push_back(NotSent(98, 9800, kFlagOverLimit));
  records.push_back(NotSent(99, 9900, kFlagOverLimit));
  const CaseReport report = Report(Facts(100), records);
  ASSERT_TRUE(report.rate);
  EXPECT_EQ(report.rate->planned_so_far, 100);
  EXPECT_EQ(report.rate->dispatched, 98);
  EXPECT_EQ(report.rate->over_max_in_flight, 2);
  EXPECT_DOUBLE_EQ(*report.rate->achieved_share, 0.98);
  EXPECT_DOUBLE_EQ(*report.rate->achieved_per_s, 10);
  EXPECT_EQ(report.verdict.kind, VerdictKind::kInvalid);
  EXPECT_THAT(report.verdict.reasons, testing::Contains(HasSubstr("max_in_flight (10000)")));
  EXPECT_FALSE(report.steady) << "the rate was not kept";
  EXPECT_EQ(report.flags.at("over_max_in_flight"), 2);
}

TEST(OpenLoopReport, OneInAHundredNotSentIsANoteNotAVerdict) {
  std::vector<RequestRecord> records;
  for (uint64_t i = 0; i < 100; ++i) records.push_back(Sent(i, static_cast<int64_t>(i) * 100));
  records[50] = NotSent(50, 5000, kFlagOverLimit);
  const CaseReport report = Report(Facts(100), records);
  EXPECT_EQ(report.verdict.kind, VerdictKind::kValid)
      << testing::PrintToString(report.verdict.reasons);
  EXPECT_THAT(report.warnings, testing::Contains(HasSubstr("max_in_flight")));
}

TEST(OpenLoopReport, WhatWasNotDueYetWhenTheRunWasStoppedDoesNotLowerTheRate) {
  std::vector<RequestRecord> records;
  for (uint64_t i = 0; i < 40; ++i) records.push_back(Sent(i, static_cast<int64_t>(i) * 100));
  for (uint64_t i = 40; i < 100; ++i) {
    records.push_back(NotSent(i, static_cast<int64_t>(i) * 100, 0));
  }
  const CaseReport report = Report(Facts(100), records);
  EXPECT_DOUBLE_EQ(*report.rate->achieved_share, 1);
  EXPECT_EQ(report.verdict.kind, VerdictKind::kIncomplete);
  EXPECT_THAT(report.verdict.reasons, testing::ElementsAre(HasSubstr("60 of 100")));
}

// Ten requests a second for 1 s. Those due at 0, 100, ..., 400 ms finish inside (500.2 ms each, so
// the one due at 400 at 900.2); those due at 500, ..., 900 finish after the end, with 4, 3, 2, 1
// and 0 of their 5 events before it (the one at 1000 ms exactly is outside: [0, 1 s)).
TEST(OpenLoopReport, ADurationCountsTokensWhenTheyArrive) {
  CaseFacts facts = Facts(10);
  facts.spec.duration_ns = kNsPerS;
  facts.window_start_ns = 0;
  facts.window_end_ns = kNsPerS;
  std::vector<RequestRecord> records;
  for (uint64_t i = 0; i < 10; ++i) records.push_back(Sent(i, static_cast<int64_t>(i) * 100));
  const CaseReport report = Report(facts, records);
  EXPECT_DOUBLE_EQ(*report.window_s, 1);
  EXPECT_DOUBLE_EQ(*report.throughput.requests_per_s, 5);
  EXPECT_DOUBLE_EQ(*report.throughput.output_tokens_per_s, 25 + 10);
  EXPECT_DOUBLE_EQ(*report.throughput.input_tokens_per_s, 500);
  EXPECT_DOUBLE_EQ(*report.throughput.total_tokens_per_s, 535);
  EXPECT_DOUBLE_EQ(*report.system_time_per_output_token_s, 1.0 / 35);
  EXPECT_EQ(report.ttft_s.count, 10) << "latencies belong to where the request started";
  EXPECT_EQ(report.tokens.output, 50);
  ASSERT_TRUE(report.steady);
  EXPECT_DOUBLE_EQ(report.steady->seconds, 0.9) << "first to last dispatch";
}

TEST(OpenLoopReport, AClosedLoopHasNoRate) {
  CaseFacts facts = Facts(1);
  facts.spec.load = {};
  facts.spec.concurrency = 1;
  EXPECT_FALSE(Report(facts, {StreamedRecord(0, 0, 1, 1, 2)}).rate);
}

}  // namespace
}  // namespace monsoon
