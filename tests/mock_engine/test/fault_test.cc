#include "tests/mock_engine/fault.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace monsoon::mock_engine {
namespace {

using ::testing::HasSubstr;

TEST(FaultRuleTest, ReadsKindAndShare) {
  auto whole = ParseFaultRule("reset");
  ASSERT_TRUE(whole.ok());
  EXPECT_EQ(whole->fault, Fault::kReset);
  EXPECT_EQ(whole->share, 1.0);
  auto some = ParseFaultRule("http_429:0.25");
  ASSERT_TRUE(some.ok());
  EXPECT_EQ(some->fault, Fault::kHttp429);
  EXPECT_EQ(some->share, 0.25);
}

TEST(FaultRuleTest, EveryKindHasItsNameAndOutcome) {
  for (int i = static_cast<int>(Fault::kHttp307); i <= static_cast<int>(Fault::kSlowHeaders); ++i) {
    const Fault fault = static_cast<Fault>(i);
    auto rule = ParseFaultRule(FaultName(fault));
    ASSERT_TRUE(rule.ok()) << i;
    EXPECT_EQ(rule->fault, fault);
    EXPECT_EQ(FaultOutcome(fault), "fault:" + std::string(FaultName(fault)));
  }
  EXPECT_EQ(FaultOutcome(Fault::kNone), "ok");
}

TEST(FaultRuleTest, ErrorsSayWhatIsKnown) {
  EXPECT_THAT(std::string(ParseFaultRule("resett").status().message()),
              HasSubstr("hang_mid_stream"));
  EXPECT_FALSE(ParseFaultRule("").ok());
  for (const char* bad : {"reset:", "reset:x", "reset:1.5", "reset:-0.1", "reset:nan"}) {
    EXPECT_THAT(std::string(ParseFaultRule(bad).status().message()), HasSubstr("between 0 and 1"))
        << bad;
  }
}

TEST(FaultPlanTest, MainFaultsShareTheRequests) {
  auto plan = FaultPlan::Create({{Fault::kHttp500, 0.1}, {Fault::kReset, 0.2}});
  ASSERT_TRUE(plan.ok());
  int http_500 = 0;
  int reset = 0;
  for (int i = 0; i < 10'000; ++i) {
    const Fault fault = plan->Choose(1, i).main();
    http_500 += fault == Fault::kHttp500;
    reset += fault == Fault::kReset;
  }
  EXPECT_NEAR(http_500, 1000, 100);  // 3.3 standard deviations of 30
  EXPECT_NEAR(reset, 2000, 140);
}

TEST(FaultPlanTest, ModifiersCombineWithMainFaults) {
  auto plan =
      FaultPlan::Create({{Fault::kReset, 1.0}, {Fault::kSplitWrites, 1.0}, {Fault::kComments, 0}});
  ASSERT_TRUE(plan.ok());
  const FaultChoice choice = plan->Choose(1, 0);
  EXPECT_EQ(choice.main(), Fault::kReset);
  EXPECT_TRUE(choice.has(Fault::kSplitWrites));
  EXPECT_FALSE(choice.has(Fault::kComments));
}

TEST(FaultPlanTest, MainSharesMayNotExceedOne) {
  EXPECT_THAT(
      std::string(
          FaultPlan::Create({{Fault::kReset, 1.0}, {Fault::kEmpty, 0.1}}).status().message()),
      HasSubstr("add up to 1.1"));
  EXPECT_TRUE(FaultPlan::Create({{Fault::kReset, 1.0}, {Fault::kCached, 1.0}}).ok());
}

TEST(FaultPlanTest, NoRulesNoFaults) { EXPECT_EQ(FaultPlan().Choose(1, 5).main(), Fault::kNone); }

}  // namespace
}  // namespace monsoon::mock_engine
