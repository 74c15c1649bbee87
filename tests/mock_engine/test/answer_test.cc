// Stream, whole and modified answers, played without a socket: step by step on the scripted clock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/mock_engine/answer_modifiers.h"
#include "tests/mock_engine/stream_answer.h"
#include "tests/mock_engine/whole_answer.h"

namespace monsoon::mock_engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

struct Played {
  std::vector<int64_t> token_times_ns;  // when steps with tokens were due
  std::vector<std::string> pieces;      // the bytes of all steps
  std::string bytes;
  int64_t tokens = 0;
  Step::After after = Step::After::kWait;
  int64_t end_ns = 0;
};

Played Play(Answer& answer, int64_t start_ns) {
  Played played;
  int64_t due_ns = answer.Begin(start_ns);
  while (true) {
    const Step step = answer.Next(due_ns);
    if (!step.bytes.empty()) played.pieces.emplace_back(step.bytes);
    played.bytes.append(step.bytes);
    played.tokens += step.tokens;
    if (step.tokens > 0) played.token_times_ns.push_back(due_ns);
    played.after = step.after;
    played.end_ns = due_ns;
    if (step.after != Step::After::kWait) return played;
    EXPECT_GE(step.next_ns, due_ns);
    due_ns = step.next_ns;
  }
}

class AnswerTest : public ::testing::Test {
 protected:
  AnswerTest() {
    options_.ttft = Distribution::Constant(100);
    options_.itl = Distribution::Constant(10);
    options_.tokens = Distribution::Constant(4);
  }

  std::unique_ptr<Answer> Stream(Fault fault, bool usage = true) {
    return std::make_unique<StreamAnswer>(TokenScript(options_, 0, 2, std::nullopt),
                                          MakeRenderer(Dialect::kVllm, {.model = "m"}),
                                          Usage{.prompt_tokens = 2}, usage, fault, true);
  }

  std::unique_ptr<Answer> Whole(Fault fault) {
    return std::make_unique<WholeAnswer>(TokenScript(options_, 0, 2, std::nullopt),
                                         MakeRenderer(Dialect::kVllm, {.model = "m"}),
                                         Usage{.prompt_tokens = 2}, 0, Dialect::kVllm, fault, true);
  }

  Played PlayStream(Fault fault) { return Play(*Stream(fault), 1000); }
  Played PlayWhole(Fault fault) { return Play(*Whole(fault), 1000); }

  TokenScriptOptions options_;
};

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

TEST_F(AnswerTest, CommentsComeHalfWayThroughEveryWait) {
  CommentHeartbeats commented(Stream(Fault::kNone));
  EXPECT_EQ(commented.Begin(1000), 1050);
  const Step comment = commented.Next(1050);
  EXPECT_EQ(comment.bytes, "e\r\n: keep-alive\n\n\r\n");
  EXPECT_EQ(comment.next_ns, 1100);
  const Step token = commented.Next(1100);
  EXPECT_EQ(token.tokens, 1);
  EXPECT_EQ(token.next_ns, 1105);

  CommentHeartbeats whole(Stream(Fault::kNone));
  const Played played = Play(whole, 1000);
  EXPECT_THAT(played.token_times_ns, ElementsAre(1100, 1110, 1120, 1130));
  EXPECT_EQ(played.pieces.size(), 10u);
}

}  // namespace
}  // namespace monsoon::mock_engine
