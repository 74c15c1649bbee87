#include "controller/core/scenario/gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <tuple>
#include <vector>

namespace monsoon {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

TEST(ParseGate, ReadsMetricOperatorAndThreshold) {
  const std::vector<std::tuple<std::string, std::string, GateOp, double>> gates = {
      {"error_rate <= 1%", "error_rate", GateOp::kLessEqual, 0.01},
      {"error_rate < 0.05", "error_rate", GateOp::kLess, 0.05},
      {"error_rate <= 100%", "error_rate", GateOp::kLessEqual, 1},
      {"ttft_s.p99 < 500ms", "ttft_s.p99", GateOp::kLess, 0.5},
      {"ttft_s.p99<0.5", "ttft_s.p99", GateOp::kLess, 0.5},
      {"  e2e_s.max  <=  1.5m ", "e2e_s.max", GateOp::kLessEqual, 90},
      {"throughput.output_tokens_per_s >= 2500", "throughput.output_tokens_per_s",
       GateOp::kGreaterEqual, 2500},
      {"throughput.requests_per_s>1.5", "throughput.requests_per_s", GateOp::kGreater, 1.5},
      {"itl_s.p999 < 20000us", "itl_s.p999", GateOp::kLess, 0.02},
  };
  for (const auto& [text, metric, op, threshold] : gates) {
    const absl::StatusOr<Gate> gate = ParseGate(text);
    ASSERT_TRUE(gate.ok()) << text << ": " << gate.status();
    EXPECT_EQ(gate->text, text);
    EXPECT_EQ(gate->metric, metric);
    EXPECT_EQ(gate->op, op);
    EXPECT_DOUBLE_EQ(gate->threshold, threshold);
  }
}

TEST(ParseGate, RejectsWhatCouldNeverBeMeant) {
  for (const char* text :
       {"", "error_rate", "error_rate 1%", "error_rate == 1%", "error_rate =< 1%",
        "error_rate != 1%", "<= 1%", "error_rate <=", "error_rate <= <= 1%", "error_rate <= 101%",
        "error_rate <= -1%", "error_rate <= nan", "ttft_s.p99 < inf", "ttft_s < 1s",
        "ttft_s.p99 < 5%", "throughput.requests_per_s > 5s", "throughput > 5"}) {
    EXPECT_FALSE(ParseGate(text).ok()) << text;
  }
}

TEST(GateMetricNames, AreTheErrorRateFourRatesAndTenByTenStatistics) {
  const std::vector<std::string> names = GateMetricNames();
  EXPECT_EQ(names.size(), 1u + 4u + 10u * 10u);
  for (const char* name : {"error_rate", "throughput.total_tokens_per_s", "lateness_s.stddev",
                           "connect_s.mean", "stream_end_s.p75"}) {
    EXPECT_THAT(names, Contains(name));
  }
  for (const std::string& name : names) EXPECT_TRUE(ParseGate(name + " <= 0").ok()) << name;
}

TEST(DefaultGates, IsWhatItsTextSays) {
  const absl::StatusOr<Gate> gate = ParseGate("error_rate <= 1%");
  ASSERT_TRUE(gate.ok());
  EXPECT_THAT(DefaultGates(), ElementsAre(*gate));
}

TEST(GateHolds, ComparesAsWrittenAtTheThresholdItself) {
  const auto holds = [](const char* text, double value) {
    return GateHolds(*ParseGate(text), value);
  };
  EXPECT_TRUE(holds("error_rate <= 1%", 0.01));
  EXPECT_FALSE(holds("error_rate <= 1%", 0.0101));
  EXPECT_FALSE(holds("error_rate < 1%", 0.01));
  EXPECT_TRUE(holds("error_rate < 1%", 0.0099));
  EXPECT_TRUE(holds("throughput.requests_per_s >= 10", 10));
  EXPECT_FALSE(holds("throughput.requests_per_s >= 10", 9.99));
  EXPECT_FALSE(holds("throughput.requests_per_s > 10", 10));
  EXPECT_TRUE(holds("throughput.requests_per_s > 10", 10.01));
}

TEST(GateHolds, NothingHoldsForANumberThatIsNotThere) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const char* op : {"<", "<=", ">", ">="}) {
    EXPECT_FALSE(GateHolds(*ParseGate(std::string("ttft_s.p50 ") + op + " 1s"), nan)) << op;
  }
}

}  // namespace
}  // namespace monsoon
