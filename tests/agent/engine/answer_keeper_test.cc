// Which text of an answer goes back to the controller: known answers.
#include "agent/core/engine/answer_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "agent/core/engine/stream_recorder.h"
#include "tests/agent/engine/decode.h"
#include "tests/agent/engine/sample_streams.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;

struct Event {
  TextChannel channel;
  std::string text;
};

// A streamed answer of these events, each in a read of its own. `usage` < 0: the engine reports
// none; `event_tokens` < 0: it does not say how many tokens an event holds.
RequestRecord Record(KeepText keep, const std::vector<Event>& events, int64_t usage = -1,
                     int64_t event_tokens = -1) {
  StreamRecorder recorder(keep);
  recorder.Reset();
  uint64_t read = 0;
  for (const Event& event : events) {
    ++read;
    recorder.BeginRead(static_cast<int64_t>(read) * 1000, read, {});
    recorder.OnEvent();
    recorder.OnText(event.channel, event.text);
    if (event_tokens >= 0) recorder.OnEventTokens(event_tokens);
  }
  recorder.OnUsage({.output_tokens = usage});
  recorder.OnEnd(StreamEnd::kTerminator);
  recorder.Complete(99'000);
  return recorder.record();
}

const std::vector<Event>& Thinking() {
  static const auto& events = *new std::vector<Event>{{TextChannel::kReasoning, "Let me"},
                                                      {TextChannel::kReasoning, " see."},
                                                      {TextChannel::kContent, "Forty"},
                                                      {TextChannel::kContent, "-two"},
                                                      {TextChannel::kTool, "f"}};
  return events;
}

TEST(AnswerKeeperTest, NothingIsKeptUnlessAskedFor) {
  EXPECT_EQ(Record(KeepText::kNone, Thinking()).answer, AnswerText());
}

TEST(AnswerKeeperTest, AllOfItInRunsOfOneChannel) {
  for (const int64_t usage : {int64_t{-1}, int64_t{7}}) {
    const RequestRecord record = Record(KeepText::kAll, Thinking(), usage);
    EXPECT_EQ(record.answer.text, "Let me see.Forty-twof");
    EXPECT_THAT(record.answer.runs,
                ElementsAre(TextRun{TextChannel::kReasoning, 11}, TextRun{TextChannel::kContent, 9},
                            TextRun{TextChannel::kTool, 1}));
    EXPECT_EQ(record.answer.first_event_bytes, 6);
    EXPECT_FALSE(record.has_flag(kFlagTextTooLong));
  }
}

TEST(AnswerKeeperTest, WhereUncountedKeepsAllOfAnUncountedAnswer) {
  const RequestRecord record = Record(KeepText::kWhereUncounted, Thinking());
  EXPECT_EQ(record.token_source, TokenSource::kChunks);
  EXPECT_EQ(record.answer.text.size(), 21u);
}

TEST(AnswerKeeperTest, WhereUncountedKeepsTheFirstEventOfACountedAnswer) {
  const RequestRecord record = Record(KeepText::kWhereUncounted, Thinking(), 7);
  EXPECT_TRUE(record.has_flag(kFlagFirstChunkAssumed));
  EXPECT_EQ(record.answer.text, "Let me");
  EXPECT_THAT(record.answer.runs, ElementsAre(TextRun{TextChannel::kReasoning, 6}));
  EXPECT_EQ(record.answer.first_event_bytes, 6);
}

TEST(AnswerKeeperTest, WhereUncountedKeepsNothingWhereTheEngineSaysItAll) {
  const RequestRecord record = Record(KeepText::kWhereUncounted, Thinking(), -1, 2);
  EXPECT_EQ(record.token_source, TokenSource::kUsage);
  EXPECT_EQ(record.first_chunk_tokens, 2);
  EXPECT_EQ(record.answer, AnswerText());
}

TEST(AnswerKeeperTest, SeveralTextsOfTheFirstEventBelongToIt) {
  StreamRecorder recorder(KeepText::kAll);
  recorder.Reset();
  recorder.BeginRead(1000, 1, {});
  recorder.OnEvent();  // a role alone
  recorder.OnEvent();
  recorder.OnText(TextChannel::kReasoning, "ab");
  recorder.OnText(TextChannel::kContent, "cde");
  recorder.OnEvent();
  recorder.OnText(TextChannel::kContent, "f");
  recorder.OnEnd(StreamEnd::kTerminator);
  recorder.Complete(9000);
  EXPECT_EQ(recorder.record().answer.first_event_bytes, 5);
  EXPECT_THAT(recorder.record().answer.runs,
              ElementsAre(TextRun{TextChannel::kReasoning, 2}, TextRun{TextChannel::kContent, 4}));
}

TEST(AnswerKeeperTest, AnAnswerInOnePieceHasNoFirstEvent) {
  StreamRecorder recorder(KeepText::kWhereUncounted);
  recorder.Reset();
  recorder.BeginRead(1000, 1, {});
  recorder.OnFlags(kFlagNotStreamed);
  recorder.OnEvent();
  recorder.OnText(TextChannel::kContent, "whole");
  recorder.OnEnd(StreamEnd::kTerminator);
  recorder.Complete(9000);
  EXPECT_EQ(recorder.record().answer.text, "whole");
  EXPECT_EQ(recorder.record().answer.first_event_bytes, 0);
}

TEST(AnswerKeeperTest, ATooLongAnswerIsFlaggedAndNotKept) {
  const std::string piece(kMaxAnswerTextBytes / 4, 'x');
  const std::vector<Event> fits = {{TextChannel::kContent, "first"},
                                   {TextChannel::kContent, piece},
                                   {TextChannel::kContent, piece},
                                   {TextChannel::kContent, piece},
                                   {TextChannel::kContent, piece.substr(5)}};
  EXPECT_EQ(Record(KeepText::kAll, fits).answer.text.size(),
            static_cast<size_t>(kMaxAnswerTextBytes));
  std::vector<Event> too_long = fits;
  too_long.push_back({TextChannel::kContent, "y"});
  for (const KeepText keep : {KeepText::kAll, KeepText::kWhereUncounted}) {
    const RequestRecord record = Record(keep, too_long);
    EXPECT_TRUE(record.has_flag(kFlagTextTooLong));
    EXPECT_EQ(record.answer.text, "first") << "the first event's tokens are still to be counted";
  }
  // Its tokens are known from the engine, so nothing is missing.
  EXPECT_FALSE(Record(KeepText::kWhereUncounted, too_long, 7).has_flag(kFlagTextTooLong));
  EXPECT_FALSE(Record(KeepText::kNone, too_long).has_flag(kFlagTextTooLong));
}

TEST(AnswerKeeperTest, OneEventThatIsTooLongIsFlagged) {
  const std::vector<Event> one = {
      {TextChannel::kContent, std::string(kMaxAnswerTextBytes + 1, 'x')}};
  const RequestRecord record = Record(KeepText::kAll, one);
  EXPECT_TRUE(record.has_flag(kFlagTextTooLong));
  EXPECT_EQ(record.answer, AnswerText());
}

TEST(AnswerKeeperTest, ResetForgetsTheAnswerBefore) {
  StreamRecorder recorder(KeepText::kAll);
  for (const std::string text : {"one", "two"}) {
    recorder.Reset();
    EXPECT_EQ(recorder.record().answer, AnswerText());
    recorder.BeginRead(1000, 1, {});
    recorder.OnEvent();
    recorder.OnText(TextChannel::kContent, text);
    recorder.OnEnd(StreamEnd::kTerminator);
    recorder.Complete(9000);
    EXPECT_EQ(recorder.record().answer.text, text);
  }
}

// Through a real decoder: the text is the answer's, whatever the cuts of the reads.
TEST(AnswerKeeperTest, TheTextIsWhatTheEngineSent) {
  const auto decoder = NewDecoder();
  for (const size_t read_bytes : {size_t{1}, size_t{13}, size_t{100'000}}) {
    StreamRecorder recorder(KeepText::kAll);
    recorder.Reset();
    decoder->Begin(200, kEventStream, &recorder);
    uint64_t read = 0;
    for (size_t at = 0; at < kVllmStream.size(); at += read_bytes) {
      ++read;
      recorder.BeginRead(static_cast<int64_t>(read), read, {});
      decoder->Feed(kVllmStream.substr(at, read_bytes));
    }
    decoder->Finish(true);
    recorder.Complete(9'000'000);
    EXPECT_EQ(recorder.record().answer.text, "Let meHi!");
    EXPECT_THAT(recorder.record().answer.runs, ElementsAre(TextRun{TextChannel::kReasoning, 6},
                                                           TextRun{TextChannel::kContent, 3}));
    EXPECT_EQ(recorder.record().answer.first_event_bytes, 6);
  }
}

}  // namespace
}  // namespace monsoon
