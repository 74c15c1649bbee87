// Answers that are good, but do not look as usual on the wire.
#include "tests/mock_engine/answer_modifiers.h"

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

TEST_F(AnswerTest, SplitWritesChangeNoByteAndNoToken) {
  const Played good = PlayStream(Fault::kNone);
  SplitWrites split(Stream(Fault::kNone), Random(5));
  const Played played = Play(split, 1000);
  EXPECT_EQ(played.bytes, good.bytes);
  EXPECT_EQ(played.tokens, good.tokens);
  EXPECT_EQ(played.after, Step::After::kEnd);
  EXPECT_GT(played.pieces.size(), 2 * good.pieces.size());
  SplitWrites again(Stream(Fault::kNone), Random(5));
  EXPECT_EQ(Play(again, 1000).pieces, played.pieces);
}

TEST_F(AnswerTest, ATokenCountsWithItsLastPiece) {
  SplitWrites split(Stream(Fault::kNone), Random(5));
  int64_t due_ns = split.Begin(0);
  EXPECT_EQ(due_ns, 100);
  std::string event;
  Step step;
  while (step.tokens == 0) {
    EXPECT_FALSE(event.ends_with("\n\n\r\n"));
    step = split.Next(due_ns);
    event.append(step.bytes);
    due_ns = step.next_ns;
  }
  EXPECT_TRUE(event.ends_with("\n\n\r\n"));
}

TEST_F(AnswerTest, EveryByteCanBeAWriteOfItsOwn) {
  SplitWrites split(Stream(Fault::kNone), Random(5), SplitWrites::kEveryByte);
  const Played played = Play(split, 1000);
  EXPECT_EQ(played.bytes, PlayStream(Fault::kNone).bytes);
  EXPECT_EQ(played.pieces.size(), played.bytes.size());
  EXPECT_EQ(played.tokens, 4);
}

TEST_F(AnswerTest, CommentsComeHalfWayThroughEveryWait) {
  const std::unique_ptr<Answer> commented = Stream(Fault::kComments);
  EXPECT_EQ(commented->Begin(1000), 1050);
  const Step comment = commented->Next(1050);
  EXPECT_EQ(comment.bytes, "e\r\n: keep-alive\n\n\r\n");
  EXPECT_EQ(comment.next_ns, 1100);
  const Step token = commented->Next(1100);
  EXPECT_EQ(token.tokens, 1);
  EXPECT_EQ(token.next_ns, 1105);

  const Played played = PlayStream(Fault::kComments);
  EXPECT_THAT(played.token_times_ns, ElementsAre(1100, 1110, 1120, 1130));
  EXPECT_EQ(played.pieces.size(), 10u);
}

TEST_F(AnswerTest, CommentsAreTheDialects) {
  EXPECT_THAT(Play(*Stream(Fault::kComments, false, "tgi"), 0).bytes, HasSubstr("\r\n:\n\n\r\n"));
  EXPECT_THAT(Play(*Stream(Fault::kComments, false, "anthropic"), 0).bytes,
              HasSubstr("event: ping\ndata: {\"type\": \"ping\"}\n\n"));
}

TEST_F(AnswerTest, BurstsHoldEventsBackAndLoseNone) {
  options_.tokens = Distribution::Constant(6);
  const Played good = PlayStream(Fault::kNone);
  const Played played = PlayStream(Fault::kBursts);
  // Four events at the time of the fourth, the rest with the last.
  EXPECT_THAT(played.token_times_ns, ElementsAre(1130, 1150));
  EXPECT_EQ(played.tokens, 6);
  EXPECT_EQ(played.end_ns, good.end_ns);
  ASSERT_EQ(played.pieces.size(), 3u);
  EXPECT_THAT(played.pieces[0], HasSubstr("\" rain\""));
}

TEST_F(AnswerTest, HeldBackTokensAreCountedBeforeTheyAreShown) {
  FaultChoice faults;
  faults.Set(Fault::kHoldBack);
  const std::unique_ptr<Answer> answer = Stream(faults, false, "sglang");
  options_.tokens = Distribution::Constant(4);
  const Played played = Play(*answer, 1000);
  EXPECT_EQ(played.tokens, 4);
  EXPECT_THAT(played.token_times_ns, ElementsAre(1100, 1120, 1130));
  ASSERT_EQ(played.pieces.size(), 5u);
  EXPECT_THAT(played.pieces[1], HasSubstr("\"text\":\"The\",\"output_ids\":[1000]"));
  EXPECT_THAT(played.pieces[1], HasSubstr("\"completion_tokens\":2"));
  EXPECT_THAT(played.pieces[2], HasSubstr("\"text\":\"The monsoon brings\""));
  EXPECT_THAT(played.pieces[2], HasSubstr("\"completion_tokens\":3"));
}

TEST_F(AnswerTest, ACutStreamEndsAnywhere) {
  const std::string good = PlayStream(Fault::kNone).bytes;
  const Played played = PlayStream(Fault::kCut);
  EXPECT_EQ(played.after, Step::After::kClose);
  EXPECT_LT(played.bytes.size(), good.size());
  EXPECT_TRUE(good.starts_with(played.bytes));
}

TEST_F(AnswerTest, ALateHeadComesWithTheFirstBytes) {
  const std::unique_ptr<Answer> answer = Stream(Fault::kNone, false, "triton");
  EXPECT_EQ(answer->headers(), "");
  const Played played = Play(*answer, 0);
  EXPECT_TRUE(played.pieces[0].starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(played.pieces[1], Not(HasSubstr("HTTP/1.1")));
}

TEST_F(AnswerTest, AnErrorInsteadOfTheFirstTokenMayStillChangeTheStatus) {
  const Played early = PlayStream(Fault::kErrorFirst);
  EXPECT_EQ(early.tokens, 0);
  EXPECT_THAT(early.bytes, HasSubstr("\"code\":503"));
  EXPECT_TRUE(early.bytes.ends_with("data: [DONE]\n\n\r\n0\r\n\r\n"));
  const Played late = Play(*Stream(Fault::kErrorFirst, false, "triton"), 0);
  EXPECT_TRUE(late.bytes.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(late.bytes, HasSubstr("content-type: text/event-stream"));
  EXPECT_THAT(late.bytes, HasSubstr("data: {\"error\":\"Later.\"}\n\n"));
}

TEST_F(AnswerTest, AFormatWithoutErrorsIsCut) {
  const Played played = Play(*Stream(Fault::kErrorInStream, false, "trtllm-serve"), 0);
  EXPECT_EQ(played.tokens, 2);
  EXPECT_EQ(played.after, Step::After::kClose);
}

TEST_F(AnswerTest, TheLengthIsKnownBefore) {
  const std::unique_ptr<Answer> answer = Stream(Fault::kContentLength);
  const std::string head(answer->headers());
  const Played played = Play(*answer, 0);
  EXPECT_THAT(head, HasSubstr("content-length: " + std::to_string(played.bytes.size()) + "\r\n"));
  EXPECT_TRUE(played.bytes.ends_with("data: [DONE]\n\n"));
}

TEST_F(AnswerTest, TheLastEventMayLackItsBlankLine) {
  EXPECT_TRUE(PlayStream(Fault::kNoFinalBlank).bytes.ends_with("data: [DONE]\r\n0\r\n\r\n"));
}

TEST_F(AnswerTest, TheStreamCanBreakRightAfterItsHead) {
  const Played played = PlayStream(Fault::kResetAfterHeaders);
  EXPECT_EQ(played.bytes, "");
  EXPECT_EQ(played.after, Step::After::kReset);
  const Played late = Play(*Stream(Fault::kResetAfterHeaders, false, "triton"), 0);
  EXPECT_TRUE(late.bytes.ends_with("\r\n\r\n"));
  EXPECT_EQ(late.after, Step::After::kReset);
}

TEST_F(AnswerTest, SlowHeadersComeLineByLine) {
  SlowHeaders slow(Stream(Fault::kNone));
  EXPECT_EQ(slow.headers(), "HTTP/1.1 200 OK\r\n");
  const Played played = Play(slow, 0);
  EXPECT_EQ(played.pieces[0], "server: mock_engine\r\n");
  EXPECT_EQ(played.pieces[3], "\r\n");
  EXPECT_EQ(played.tokens, 4);
  SlowHeaders whole(Whole(Fault::kNone));
  EXPECT_EQ(whole.headers(), "");
  const Played piecewise = Play(whole, 1000);
  EXPECT_EQ(piecewise.bytes, PlayWhole(Fault::kNone).bytes);
  EXPECT_EQ(piecewise.pieces[0], "HTTP/1.1 200 OK\r\n");
  EXPECT_EQ(piecewise.tokens, 4);
}

}  // namespace
}  // namespace monsoon::mock_engine
