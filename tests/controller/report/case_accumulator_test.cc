#include "controller/core/report/case_accumulator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "common/model/gap_codec.h"
#include "common/time/clock.h"
#include "controller/core/report/report_json.h"
#include "tests/controller/report/sample_run.h"

namespace monsoon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

constexpr int64_t kMs = kNsPerMs;

CaseReport Report(const CaseFacts& facts, const std::vector<RequestRecord>& records,
                  const AccumulatorLimits& limits = {}, int* passes = nullptr) {
  CaseAccumulator accumulator(facts, limits);
  int count = 0;
  do {
    for (const RequestRecord& record : records) {
      accumulator.Add(record, SampleAgentOf(facts, record));
    }
    ++count;
  } while (!accumulator.EndPass());
  if (passes != nullptr) *passes = count;
  return accumulator.Finish();
}

CaseFacts Facts(int64_t planned, int64_t concurrency) {
  CaseFacts facts;
  facts.planned = planned;
  facts.spec.concurrency = concurrency;
  AgentFacts agent;
  agent.loop_lag_ns.Add(10'000);
  facts.agents.push_back(agent);
  return facts;
}

RequestRecord Failed(uint64_t index, int64_t start_ns, int64_t done_ns) {
  RequestRecord record;
  record.request_index = index;
  record.status = RequestStatus::kFailed;
  record.error_class = ErrorClass::kTimeoutFirst;
  record.intended_ns = record.dispatched_ns = start_ns;
  record.done_ns = done_ns;
  return record;
}

// Two slots. Slot 1: 0..1000.2 ms (11 tokens), then 1100..2000 failed. Slot 2: 200..800.2 ms (6
// tokens). So: window 2.0 s, 17 output and 200 input tokens of two successful requests.
std::vector<RequestRecord> ThreeRequests() {
  return {StreamedRecord(0, 0, 500 * kMs, 50 * kMs, 11),
          StreamedRecord(1, 200 * kMs, 100 * kMs, 100 * kMs, 6), Failed(2, 1100 * kMs, 2000 * kMs)};
}

TEST(CaseAccumulatorTest, ThreeRequestsByHand) {
  const CaseReport report = Report(Facts(3, 2), ThreeRequests());
  EXPECT_EQ(report.requests.ok, 2);
  EXPECT_EQ(report.requests.failed, 1);
  EXPECT_THAT(report.requests.errors, ElementsAre(Pair("timeout_first", 1)));
  EXPECT_EQ(report.requests.accounted(), report.requests.planned);
  EXPECT_DOUBLE_EQ(*report.error_rate, 1.0 / 3);
  EXPECT_DOUBLE_EQ(*report.window_s, 2.0) << "the failure's end is the window's end";
  EXPECT_DOUBLE_EQ(*report.throughput.output_tokens_per_s, 17 / 2.0);
  EXPECT_DOUBLE_EQ(*report.throughput.input_tokens_per_s, 200 / 2.0);
  EXPECT_DOUBLE_EQ(*report.throughput.total_tokens_per_s, 217 / 2.0);
  EXPECT_DOUBLE_EQ(*report.throughput.requests_per_s, 1.0);
  EXPECT_DOUBLE_EQ(*report.system_time_per_output_token_s, 2.0 / 17);
  EXPECT_EQ(report.ttft_s.count, 2);
  EXPECT_DOUBLE_EQ(report.ttft_s.p50, 0.3);  // of 0.1 and 0.5
  EXPECT_DOUBLE_EQ(report.ttft_s.stddev, 0.2);
  EXPECT_DOUBLE_EQ(report.tpot_s.min, 0.05);
  EXPECT_DOUBLE_EQ(report.tpot_s.max, 0.1);
  EXPECT_DOUBLE_EQ(report.user_tokens_per_s.max, 20);
  EXPECT_EQ(report.itl_s.count, 10 + 5);
  EXPECT_DOUBLE_EQ(report.itl_s.mean, 1.0 / 15);
  EXPECT_DOUBLE_EQ(report.e2e_s.max, 1.0);
  EXPECT_EQ(report.lateness_s.count, 3) << "lateness is of all dispatched requests";
}

// In flight: 1 from 0, 2 from 200, 1 from 800.2, 0 from 1000.2, 1 from 1100 to 2000 ms.
TEST(CaseAccumulatorTest, ConcurrencyAndSteadyWindowByHand) {
  const CaseReport report = Report(Facts(3, 2), ThreeRequests());
  EXPECT_NEAR(*report.achieved_concurrency, (1.0002 + 0.6002 + 0.9) / 2.0, 1e-12);
  EXPECT_EQ(report.peak_concurrency, 2);
  ASSERT_TRUE(report.steady);
  EXPECT_DOUBLE_EQ(report.steady->start_s, 0.2);
  EXPECT_DOUBLE_EQ(report.steady->seconds, 0.6002);
  EXPECT_EQ(report.steady->requests, 1) << "only the second finishes inside, at its very end";
  EXPECT_DOUBLE_EQ(*report.steady->throughput.output_tokens_per_s, 6 / 0.6002);
}

TEST(CaseAccumulatorTest, ConcurrencyNeverReachedHasNoSteadyWindowAndSaysSo) {
  const CaseReport report = Report(Facts(3, 3), ThreeRequests());
  EXPECT_FALSE(report.steady);
  EXPECT_THAT(report.warnings, testing::Contains(HasSubstr("never reached (peak 2)")));
}

TEST(CaseAccumulatorTest, WarmupCountsInNoNumberButItsLoad) {
  std::vector<RequestRecord> records = ThreeRequests();
  RequestRecord warmup = StreamedRecord(9, -5000 * kMs, 9 * kMs, 7000 * kMs, 2);  // until 2 s
  warmup.phase = Phase::kWarmup;
  records.push_back(warmup);
  const CaseReport report = Report(Facts(3, 2), records);
  const CaseReport without = Report(Facts(3, 2), ThreeRequests());
  EXPECT_EQ(report.warmup_requests, 1);
  EXPECT_EQ(report.requests.ok, 2);
  EXPECT_EQ(report.window_s, without.window_s);
  EXPECT_EQ(report.ttft_s, without.ttft_s);
  EXPECT_EQ(report.throughput.output_tokens_per_s, without.throughput.output_tokens_per_s);
  EXPECT_NEAR(*report.achieved_concurrency, *without.achieved_concurrency + 1, 1e-9);
}

TEST(CaseAccumulatorTest, EveryStatusIsCountedOnce) {
  std::vector<RequestRecord> records = ThreeRequests();
  for (const RequestStatus status :
       {RequestStatus::kCancelled, RequestStatus::kNotSent, RequestStatus::kNotSent,
        RequestStatus::kLost, RequestStatus::kLost, RequestStatus::kLost}) {
    records.push_back({.request_index = records.size(), .status = status});
  }
  const CaseReport report = Report(Facts(9, 2), records);
  EXPECT_EQ(report.requests.cancelled, 1);
  EXPECT_EQ(report.requests.not_sent, 2);
  EXPECT_EQ(report.requests.lost, 3);
  EXPECT_EQ(report.requests.accounted(), 9);
  EXPECT_EQ(report.lateness_s.count, 3);
  EXPECT_EQ(report.verdict.kind, VerdictKind::kIncomplete);
}

TEST(CaseAccumulatorTest, UnknownTokenCountsAreNotZero) {
  std::vector<RequestRecord> records = ThreeRequests();
  records[0].output_tokens = records[1].output_tokens = kUnknownTokens;
  const CaseReport none = Report(Facts(3, 2), records);
  EXPECT_FALSE(none.throughput.output_tokens_per_s);
  EXPECT_FALSE(none.throughput.total_tokens_per_s);
  EXPECT_FALSE(none.system_time_per_output_token_s);
  EXPECT_DOUBLE_EQ(*none.throughput.input_tokens_per_s, 100.0);
  EXPECT_EQ(none.tpot_s.count, 0);
  records[0].output_tokens = 11;
  const CaseReport some = Report(Facts(3, 2), records);
  EXPECT_DOUBLE_EQ(*some.throughput.output_tokens_per_s, 5.5);
  EXPECT_EQ(some.tokens.without_output, 1);
  EXPECT_THAT(some.warnings, testing::Contains(HasSubstr("lower bound")));
}

TEST(CaseAccumulatorTest, CountedChunksAreNeverPassedOffAsTokens) {
  std::vector<RequestRecord> records = ThreeRequests();
  records[0].token_source = TokenSource::kChunks;
  const CaseReport report = Report(Facts(3, 2), records);
  EXPECT_THAT(report.tokens.sources, ElementsAre(Pair("chunks", 1), Pair("usage", 1)));
  EXPECT_THAT(report.warnings, testing::Contains(HasSubstr("not tokens")));
}

TEST(CaseAccumulatorTest, GapsOfOneReadAreInItlAndTheirShareIsSaid) {
  std::vector<RequestRecord> records = ThreeRequests();
  records[1].gaps.clear();
  for (const bool same_read : {false, true, true, true, false}) {
    AppendGap({same_read ? 0 : 250 * kMs, same_read}, records[1].gaps);
  }
  const CaseReport report = Report(Facts(3, 2), records);
  EXPECT_EQ(report.itl_s.count, 15);
  EXPECT_DOUBLE_EQ(report.itl_s.min, 0);
  EXPECT_DOUBLE_EQ(report.itl_s.mean, 1.0 / 15);
  EXPECT_DOUBLE_EQ(*report.same_read_share(), 3.0 / 15);
}

TEST(CaseAccumulatorTest, PooledGapsAreJudgedByRequests) {
  std::vector<RequestRecord> records;
  for (uint64_t i = 0; i < 44; ++i) records.push_back(StreamedRecord(i, 0, kMs, kMs, 200));
  EXPECT_THAT(Report(Facts(44, 44), records).itl_s.insufficient, ElementsAre("p95", "p99", "p999"));
  records.pop_back();
  const CaseReport report = Report(Facts(43, 43), records);
  EXPECT_EQ(report.itl_s.count, 43 * 199);
  EXPECT_THAT(report.itl_s.insufficient, ElementsAre("p90", "p95", "p99", "p999"));
}

TEST(CaseAccumulatorTest, DamagedGapsAreCountedNotGuessed) {
  std::vector<RequestRecord> records = ThreeRequests();
  records[0].gaps = "\x80";
  const CaseReport report = Report(Facts(3, 2), records);
  EXPECT_EQ(report.undecodable_gaps, 1);
  EXPECT_EQ(report.itl_s.count, 5);
}

TEST(CaseAccumulatorTest, ClientsErrorIsMergedOverAgents) {
  CaseFacts facts = Facts(3, 2);
  AgentFacts other;
  for (int i = 0; i < 99; ++i) other.loop_lag_ns.Add(100);
  other.busy_share_max = 0.5;
  other.new_connections = 2;
  other.reused_connections = 5;
  other.starved_slot_ns = 40 * kMs;
  facts.agents.push_back(other);
  const ClientReport client = Report(facts, ThreeRequests()).client;
  EXPECT_EQ(client.loop_lag_s.count, 100);
  EXPECT_DOUBLE_EQ(client.loop_lag_s.max, 1e-5);
  EXPECT_DOUBLE_EQ(client.loop_lag_s.p99, 1e-7) << "99 of 100 reads; 100 ns has its own bucket";
  EXPECT_EQ(client.cpu_utilisation_max, 0.5);
  EXPECT_EQ(client.new_connections, 2);
  EXPECT_EQ(client.reused_connections, 5);
  EXPECT_DOUBLE_EQ(*client.starved_share, 0.04 / (2 * 2.0));
  EXPECT_DOUBLE_EQ(client.first_token_lag_s.max, 15e-6);
}

TEST(CaseAccumulatorTest, ErrorSamplesKeepTheFirstFewMessages) {
  std::vector<RequestRecord> records;
  for (uint64_t i = 0; i < 12; ++i) {
    records.push_back(Failed(i, 0, kMs));
    records.back().error_message = "message " + std::to_string(i % 6);
  }
  records.push_back(Failed(12, 0, kMs));
  records.back().http_status = 503;
  const CaseReport report = Report(Facts(13, 13), records);
  ASSERT_EQ(report.error_samples.size(), 5u);
  EXPECT_EQ(report.error_samples[0].message, "message 0");
  EXPECT_EQ(report.error_samples[0].count, 2);
  EXPECT_EQ(report.error_samples[3].message, "(other messages)");
  EXPECT_EQ(report.error_samples[3].count, 6);
  EXPECT_EQ(report.error_samples[4].http_status, 503);
}

TEST(CaseAccumulatorTest, GatesAreEvaluatedAndUndefinedOnesAreMissed) {
  CaseFacts facts = Facts(3, 2);
  facts.spec.gates = {
      {"error_rate <= 50%", "error_rate", GateOp::kLessEqual, 0.5},
      {"ttft_s.max < 0.5", "ttft_s.max", GateOp::kLess, 0.5},
      {"throughput.requests_per_s >= 1", "throughput.requests_per_s", GateOp::kGreaterEqual, 1},
      {"connect_s.p50 < 1s", "connect_s.p50", GateOp::kLess, 1}};
  const CaseReport report = Report(facts, ThreeRequests());
  ASSERT_EQ(report.gates.size(), 4u);
  EXPECT_TRUE(report.gates[0].passed);
  EXPECT_FALSE(report.gates[1].passed) << "0.5 is not below 0.5";
  EXPECT_DOUBLE_EQ(*report.gates[1].value, 0.5);
  EXPECT_TRUE(report.gates[2].passed);
  EXPECT_FALSE(report.gates[3].value) << "no connection was opened";
  EXPECT_FALSE(report.gates[3].passed);
}

TEST(CaseAccumulatorTest, OrderOfRecordsDoesNotMatter) {
  const SampleRun sample = MakeSampleRun();
  const std::string expected = RenderReportJson(SampleReport());
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    std::mt19937_64 random(seed);
    RunReport shuffled{sample.run, {}};
    for (const SampleCase& one : sample.cases) {
      std::vector<RequestRecord> records = one.records;
      std::shuffle(records.begin(), records.end(), random);
      shuffled.cases.push_back(Report(one.facts, records));
    }
    EXPECT_EQ(RenderReportJson(shuffled), expected);
  }
}

void ExpectSameReportWithLittleMemory(const SampleRun& sample) {
  const std::string expected = RenderReportJson(SampleReport(sample));
  for (const AccumulatorLimits& limits :
       {AccumulatorLimits{.sample_bytes = 0, .selected_samples = 0, .changes = 1},
        AccumulatorLimits{.sample_bytes = 4096, .selected_samples = 20, .changes = 100},
        AccumulatorLimits{.sample_bytes = 0}}) {
    RunReport report{sample.run, {}};
    int most_passes = 0;
    for (const SampleCase& one : sample.cases) {
      int passes = 0;
      report.cases.push_back(Report(one.facts, one.records, limits, &passes));
      most_passes = std::max(most_passes, passes);
    }
    EXPECT_GT(most_passes, 1);
    EXPECT_EQ(RenderReportJson(report), expected);
  }
}

TEST(CaseAccumulatorTest, LittleMemoryTakesMorePassesToTheSameReport) {
  ExpectSameReportWithLittleMemory(MakeSampleRun());
  ExpectSameReportWithLittleMemory(MakeOpenLoopRun());
}

TEST(CaseAccumulatorTest, AUsualCaseTakesOnePass) {
  int passes = 0;
  Report(Facts(3, 2), ThreeRequests(), {}, &passes);
  EXPECT_EQ(passes, 1);
}

TEST(CaseAccumulatorTest, NoRecordsGiveNoNumbers) {
  const CaseReport report = Report(Facts(0, 1), {});
  EXPECT_FALSE(report.window_s);
  EXPECT_FALSE(report.error_rate);
  EXPECT_FALSE(report.throughput.requests_per_s);
  EXPECT_EQ(report.verdict.kind, VerdictKind::kFailed);
}

}  // namespace
}  // namespace monsoon
