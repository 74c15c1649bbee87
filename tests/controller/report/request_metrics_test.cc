#include "controller/core/report/request_metrics.h"

#include <gtest/gtest.h>

#include "common/time/clock.h"
#include "tests/controller/report/sample_run.h"

namespace monsoon {
namespace {

constexpr int64_t kMs = kNsPerMs;

// Dispatched at 1 s, first token 100 ms later, then 10 more tokens 20 ms apart.
RequestRecord Record() { return StreamedRecord(0, kNsPerS, 100 * kMs, 20 * kMs, 11); }

TEST(RequestMetricsTest, StreamedAnswerByHand) {
  const RequestMetrics metrics = MetricsOf(Record());
  EXPECT_DOUBLE_EQ(*metrics.ttft_s, 0.1);
  EXPECT_DOUBLE_EQ(*metrics.ttft_sent_s, 0.1 - 0.00005);
  EXPECT_DOUBLE_EQ(*metrics.first_event_s, 0.05);
  EXPECT_DOUBLE_EQ(*metrics.e2e_s, 0.3);
  EXPECT_DOUBLE_EQ(*metrics.stream_end_s, 0.3002);
  EXPECT_DOUBLE_EQ(*metrics.tpot_s, 0.02);
  EXPECT_DOUBLE_EQ(*metrics.tpot_simple_s, 0.02);
  EXPECT_FALSE(metrics.connect_s);
  EXPECT_FALSE(metrics.tls_s);
}

TEST(RequestMetricsTest, TpotLeavesOutTheTokensOfTheFirstChunk) {
  RequestRecord record = Record();
  record.first_chunk_tokens = 3;
  EXPECT_DOUBLE_EQ(*MetricsOf(record).tpot_s, 0.2 / 8);
  EXPECT_DOUBLE_EQ(*MetricsOf(record).tpot_simple_s, 0.2 / 10);
  record.first_chunk_tokens = kUnknownTokens;
  EXPECT_DOUBLE_EQ(*MetricsOf(record).tpot_s, 0.2 / 10) << "one token is assumed";
}

TEST(RequestMetricsTest, TpotIsUndefinedNotZero) {
  RequestRecord record = Record();
  record.first_chunk_tokens = record.output_tokens;
  EXPECT_FALSE(MetricsOf(record).tpot_s);
  record.first_chunk_tokens = record.output_tokens + 1;
  EXPECT_FALSE(MetricsOf(record).tpot_s);
  record = Record();
  record.flags = kFlagBothEndsOneRead;
  EXPECT_FALSE(MetricsOf(record).tpot_s);
  EXPECT_TRUE(MetricsOf(record).tpot_simple_s) << "vllm bench does not know about reads";
  record = Record();
  record.output_tokens = kUnknownTokens;
  EXPECT_FALSE(MetricsOf(record).tpot_s);
  EXPECT_FALSE(MetricsOf(record).tpot_simple_s);
  record = StreamedRecord(0, 0, 5, 5, 1);
  EXPECT_FALSE(MetricsOf(record).tpot_s);
  EXPECT_FALSE(MetricsOf(record).tpot_simple_s);
}

TEST(RequestMetricsTest, WithoutStreamingOnlyTheWholeAnswerHasALatency) {
  RequestRecord record = Record();
  record.flags = kFlagNotStreamed;
  const RequestMetrics metrics = MetricsOf(record);
  EXPECT_FALSE(metrics.ttft_s);
  EXPECT_FALSE(metrics.ttft_sent_s);
  EXPECT_FALSE(metrics.first_event_s);
  EXPECT_FALSE(metrics.tpot_s);
  EXPECT_FALSE(metrics.tpot_simple_s);
  EXPECT_DOUBLE_EQ(*metrics.e2e_s, 0.3);
  EXPECT_DOUBLE_EQ(*metrics.stream_end_s, 0.3002);
}

TEST(RequestMetricsTest, ConnectIsTheConnectionsOwnAndTlsFollows) {
  RequestRecord record = Record();
  EXPECT_FALSE(MetricsOf(record).connect_s) << "a reused connection";
  // Long before the request.
  record.connect_begin_ns = -kNsPerS;
  record.connect_ns = -kNsPerS + 3 * kMs;
  record.tls_ns = -kNsPerS + 10 * kMs;
  EXPECT_DOUBLE_EQ(*MetricsOf(record).connect_s, 0.003);
  EXPECT_DOUBLE_EQ(*MetricsOf(record).tls_s, 0.007);
}

TEST(RequestMetricsTest, LatenessIsTheClientsOwn) {
  RequestRecord record = Record();
  record.intended_ns = kNsPerS - 2 * kMs;
  EXPECT_DOUBLE_EQ(*LatenessSeconds(record), 0.002);
  EXPECT_DOUBLE_EQ(*MetricsOf(record).ttft_s, 0.1) << "closed loop: latency starts at dispatch";
  record.dispatched_ns = kNever;
  EXPECT_FALSE(LatenessSeconds(record));
}

TEST(RequestMetricsTest, FinishIsDoneOrElseTheLatestStamp) {
  RequestRecord record = Record();
  EXPECT_EQ(FinishNs(record), record.done_ns);
  record.done_ns = kNever;
  EXPECT_EQ(FinishNs(record), record.last_token_ns);
  record = RequestRecord{};
  EXPECT_EQ(FinishNs(record), kNever);
  record.dispatched_ns = 5;
  EXPECT_EQ(FinishNs(record), 5);
  record.connect_ns = 9;
  EXPECT_EQ(FinishNs(record), 9);
}

}  // namespace
}  // namespace monsoon
