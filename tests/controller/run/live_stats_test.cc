#include "controller/core/run/live_stats.h"

#include <gtest/gtest.h>

namespace monsoon {
namespace {

constexpr int64_t kMs = 1'000'000;

RequestRecord Ok(int64_t ttft_ns, int64_t tokens) {
  RequestRecord record;
  record.status = RequestStatus::kOk;
  record.dispatched_ns = 5;
  record.first_token_ns = 5 + ttft_ns;
  record.output_tokens = tokens;
  return record;
}

TEST(LiveStats, ShowsNothingThatIsNotKnownYet) {
  EXPECT_EQ(LiveStats().Line({.total = 1000}), "0/1000  in flight 0  0 failed");
}

TEST(LiveStats, CountsWhatArrived) {
  LiveStats stats;
  stats.Add(Ok(4 * kMs, 100));
  stats.Add(Ok(4 * kMs, 300));
  RequestRecord failed;
  failed.status = RequestStatus::kFailed;
  stats.Add(failed);
  const std::string line = stats.Line({.total = 9, .done = 3, .in_flight = 2, .elapsed_s = 2.0});
  EXPECT_EQ(line,
            "3/9  ETA 4s  in flight 2  1.0 req/s  200 tok/s  TTFT p50 4.0 ms p99 4.0 ms  1 failed");
  EXPECT_EQ(stats.failed(), 1);
}

TEST(LiveStats, AnOpenLoopShowsItsRateAndCountsFromWhenTheRequestWasDue) {
  LiveStats stats;
  RequestRecord late = Ok(4 * kMs, 100);
  late.flags |= kFlagScheduled;
  late.intended_ns = late.dispatched_ns - 6 * kMs;
  stats.Add(late);
  const std::string line = stats.Line({.total = 9,
                                       .done = 9,
                                       .in_flight = 0,
                                       .elapsed_s = 2.0,
                                       .asked_per_s = 2.5,
                                       .started = 9,
                                       .sending_s = 4.0});
  EXPECT_EQ(line,
            "9/9  in flight 0  sent 2.2/s of 2.5/s  0.5 req/s  50 tok/s  TTFT p50 10 ms p99 10 ms  "
            "0 failed");
}

TEST(LiveStats, ARouteWithoutTextShowsItsInput) {
  LiveStats stats;
  RequestRecord result;
  result.status = RequestStatus::kOk;
  result.flags = kFlagNoText;
  result.input_tokens = 512;
  stats.Add(result);
  EXPECT_EQ(stats.Line({.total = 9, .done = 9, .elapsed_s = 2.0}),
            "9/9  in flight 0  0.5 req/s  256 input tok/s  0 failed");
}

TEST(LiveStats, WritesLongTimesWithMinutesAndHours) {
  const LiveStats stats;
  EXPECT_NE(stats.Line({.total = 101, .done = 1, .elapsed_s = 1.0}).find("ETA 1m40s"),
            std::string::npos);
  EXPECT_NE(stats.Line({.total = 7261, .done = 1, .elapsed_s = 1.0}).find("ETA 2h01m"),
            std::string::npos);
}

}  // namespace
}  // namespace monsoon
