#include "controller/io/agents/kept_messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "monsoon/v1/agent.pb.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::DataRequest Message(size_t bytes) {
  v1::DataRequest request;
  request.mutable_items()->add_items()->set_content(std::string(bytes, 'x'));
  return request;
}

std::vector<uint64_t> Numbers(const KeptMessages<v1::DataRequest>& kept) {
  std::vector<uint64_t> numbers;
  kept.ForEachKept([&numbers](const auto& message) { numbers.push_back(message->number()); });
  return numbers;
}

TEST(KeptMessages, KnowsHowMuchIsKept) {
  KeptMessages<v1::DataRequest> kept;
  EXPECT_EQ(kept.Add(Message(1000))->number(), 1u);
  EXPECT_EQ(kept.Add(Message(10'000))->number(), 2u);
  EXPECT_EQ(kept.Add(Message(100'000))->number(), 3u);
  EXPECT_NEAR(static_cast<double>(kept.bytes()), 111'000, 100);
  EXPECT_THAT(Numbers(kept), ElementsAre(1, 2, 3));
  EXPECT_TRUE(kept.Acknowledge(2));
  EXPECT_NEAR(static_cast<double>(kept.bytes()), 100'000, 50);
  EXPECT_THAT(Numbers(kept), ElementsAre(3));
  EXPECT_FALSE(kept.Acknowledge(4));
  EXPECT_TRUE(kept.Acknowledge(3));
  EXPECT_EQ(kept.bytes(), 0);
  EXPECT_THAT(Numbers(kept), IsEmpty());
}

}  // namespace
}  // namespace monsoon
