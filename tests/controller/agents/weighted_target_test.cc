#include "controller/io/agents/weighted_target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace monsoon {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(WeightedTarget, CarriesItsWeight) {
  const auto targets =
      ResolveWeightedAgents({"127.0.0.1:7070", "127.0.0.2:7070*2", "unix:/a*3"}, {});
  ASSERT_TRUE(targets.ok()) << targets.status();
  ASSERT_EQ(targets->size(), 3u);
  EXPECT_EQ((*targets)[0].weight, 1);
  EXPECT_EQ((*targets)[1].weight, 2);
  EXPECT_EQ((*targets)[1].target.name, "127.0.0.2:7070");
  EXPECT_EQ((*targets)[2].target.grpc, "unix:/a");
}

TEST(WeightedTarget, TwoNamesOfOneAddressAreAnErrorThatGivesBoth) {
  const absl::Status status =
      ResolveWeightedAgents({"localhost:7070", "127.0.0.1:7071", "127.0.0.1:7070*2"}, {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("localhost:7070"), HasSubstr("127.0.0.1:7070 are the same")));
}

TEST(WeightedTarget, ABadWeightIsSaid) {
  EXPECT_THAT(std::string(ResolveWeightedAgents({"127.0.0.1:7070*0"}, {}).status().message()),
              HasSubstr("agent '127.0.0.1:7070*0': expected a weight above 0"));
}

}  // namespace
}  // namespace monsoon
