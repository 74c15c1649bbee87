// Stream and whole answers, good ones and with the main faults.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "tests/mock_engine/test/played_answer.h"

namespace monsoon::mock_engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(AnswerTest, AStreamKeepsToTheScript) {
  const Played played = PlayStream(Fault::kNone);
  EXPECT_THAT(played.token_times_ns, ElementsAre(1100, 1110, 1120, 1130));
  EXPECT_EQ(played.tokens, 4);
  EXPECT_EQ(played.after, Step::After::kEnd);
  EXPECT_EQ(played.end_ns, 1130);  // the end follows the last token at once
  ASSERT_EQ(played.pieces.size(), 5u);
  EXPECT_THAT(played.pieces[3], HasSubstr("\"finish_reason\":\"stop\""));
  EXPECT_THAT(played.pieces[4], HasSubstr("\"completion_tokens\":4"));
  EXPECT_TRUE(played.pieces[4].ends_with("data: [DONE]\n\n\r\n0\r\n\r\n"));
}

TEST_F(AnswerTest, UsageIsSentOnlyIfAskedFor) {
  EXPECT_THAT(Play(*Stream(Fault::kNone, false), 0).bytes, Not(HasSubstr("\"usage\"")));
}

TEST_F(AnswerTest, AnAnswerWithoutTokensStillEnds) {
  options_.tokens = Distribution::Constant(0);
  const Played played = PlayStream(Fault::kNone);
  EXPECT_EQ(played.tokens, 0);
  EXPECT_THAT(played.bytes, HasSubstr("\"finish_reason\":\"stop\""));
  EXPECT_EQ(played.after, Step::After::kEnd);
}

TEST_F(AnswerTest, FaultsInTheMiddleComeAfterHalfOfTheTokens) {
  for (const auto& [fault, after] : {std::pair{Fault::kTruncate, Step::After::kClose},
                                     {Fault::kReset, Step::After::kReset},
                                     {Fault::kHangMidStream, Step::After::kHang},
                                     {Fault::kErrorInStream, Step::After::kEnd}}) {
    const Played played = PlayStream(fault);
    EXPECT_EQ(played.tokens, 2) << FaultName(fault);
    EXPECT_EQ(played.after, after) << FaultName(fault);
    EXPECT_EQ(played.end_ns, 1120) << FaultName(fault);
    EXPECT_THAT(played.bytes, Not(HasSubstr("\"finish_reason\":\"stop\""))) << FaultName(fault);
  }
}

TEST_F(AnswerTest, AFaultInTheMiddleOfOneTokenComesAfterIt) {
  options_.tokens = Distribution::Constant(1);
  const Played played = PlayStream(Fault::kTruncate);
  EXPECT_EQ(played.tokens, 1);
  EXPECT_EQ(played.after, Step::After::kClose);
  EXPECT_THAT(played.bytes, Not(HasSubstr("\"finish_reason\":\"stop\"")));
}

TEST_F(AnswerTest, AnErrorInTheStreamIsFollowedByDone) {
  const Played played = PlayStream(Fault::kErrorInStream);
  EXPECT_THAT(played.pieces.back(), HasSubstr("data: {\"error\":{\"message\""));
  EXPECT_TRUE(played.pieces.back().ends_with("data: [DONE]\n\n\r\n0\r\n\r\n"));
}

TEST_F(AnswerTest, NoDoneEndsCleanlyWithoutIt) {
  const Played played = PlayStream(Fault::kNoDone);
  EXPECT_THAT(played.bytes, Not(HasSubstr("[DONE]")));
  EXPECT_THAT(played.bytes, HasSubstr("\"finish_reason\":\"stop\""));
  EXPECT_TRUE(played.bytes.ends_with("\r\n0\r\n\r\n"));
}

TEST_F(AnswerTest, EmptyIsNothingButDone) {
  const Played played = PlayStream(Fault::kEmpty);
  EXPECT_EQ(played.bytes, "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n");
  EXPECT_EQ(played.end_ns, 1100);
}

TEST_F(AnswerTest, HangBeforeFirstTokenSendsNothing) {
  const Played played = PlayStream(Fault::kHangBeforeFirstToken);
  EXPECT_EQ(played.bytes, "");
  EXPECT_EQ(played.after, Step::After::kHang);
}

TEST_F(AnswerTest, ExtraEventsLeaveTheRestAlone) {
  const Played good = PlayStream(Fault::kNone);
  const Played bad_json = PlayStream(Fault::kBadJson);
  EXPECT_EQ(bad_json.tokens, 4);
  EXPECT_THAT(bad_json.pieces[2], HasSubstr("\"delta\":{\"con\n\n"));
  EXPECT_EQ(bad_json.pieces[1], good.pieces[1]);
  EXPECT_EQ(bad_json.pieces[3], good.pieces[3]);
  const Played long_line = PlayStream(Fault::kLongLine);
  EXPECT_EQ(long_line.tokens, 4);
  EXPECT_GT(long_line.pieces[2].size(), 3u << 20);
}

TEST_F(AnswerTest, AWholeAnswerComesWhenTheLastTokenWould) {
  const Played played = PlayWhole(Fault::kNone);
  EXPECT_THAT(played.token_times_ns, ElementsAre(1130));
  EXPECT_EQ(played.tokens, 4);
  EXPECT_THAT(played.bytes, HasSubstr("The monsoon brings rain\""));
}

TEST_F(AnswerTest, WholeAnswersBreakInTheMiddleToo) {
  const size_t bytes = PlayWhole(Fault::kNone).bytes.size();
  const Played truncated = PlayWhole(Fault::kTruncate);
  EXPECT_EQ(truncated.bytes.size(), bytes / 2);
  EXPECT_EQ(truncated.after, Step::After::kClose);
  EXPECT_EQ(truncated.tokens, 0);
  EXPECT_EQ(PlayWhole(Fault::kReset).after, Step::After::kReset);
  EXPECT_EQ(PlayWhole(Fault::kHangMidStream).after, Step::After::kHang);
  EXPECT_THAT(PlayWhole(Fault::kErrorInStream).bytes, HasSubstr("HTTP/1.1 500"));
  EXPECT_THAT(PlayWhole(Fault::kEmpty).bytes, HasSubstr("\"content\":\"\""));
  EXPECT_GT(PlayWhole(Fault::kLongLine).bytes.size(), 3u << 20);
  EXPECT_FALSE(PlayWhole(Fault::kBadJson).bytes.ends_with("}"));
}

}  // namespace
}  // namespace monsoon::mock_engine
