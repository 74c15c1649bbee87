// Known answers, worked out by hand from the definitions of design section 7.
#include "agent/core/engine/stream_recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "agent/core/engine/adapter_registry.h"
#include "tests/agent/engine/decode.h"
#include "tests/agent/engine/recorder_fixture.h"
#include "tests/agent/engine/sample_streams.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// role chunk at 100; reasoning at 250; two content events at 400, one at 400 + 70000; [DONE] later.
TEST_F(StreamRecorderTest, StampsAndGaps) {
  Read(100, 1);
  EmptyEvent();
  Read(250, 7);
  TextEvent(TextChannel::kReasoning);
  Read(400, 9);
  TextEvent();
  TextEvent();
  Read(70'400);
  TextEvent();
  recorder_.OnFinish(FinishReason::kLength);
  EmptyEvent();
  recorder_.OnUsage({.input_tokens = 11, .output_tokens = 6, .cached_tokens = 8});
  Read(80'000);
  EmptyEvent();
  const RequestRecord& record = Complete();
  EXPECT_EQ(record.status, RequestStatus::kOk);
  EXPECT_EQ(record.error_class, ErrorClass::kNone);
  EXPECT_EQ(record.first_event_ns, 100);
  EXPECT_EQ(record.first_token_ns, 250);
  EXPECT_EQ(record.first_token_lag_ns, 7);
  EXPECT_EQ(record.first_content_ns, 400);
  EXPECT_EQ(record.last_token_ns, 70'400);
  EXPECT_EQ(record.done_ns, 9000);
  EXPECT_EQ(record.token_events, 4);
  EXPECT_EQ(record.finish_reason, "length");
  EXPECT_EQ(record.input_tokens, 11);
  EXPECT_EQ(record.output_tokens, 6);
  EXPECT_EQ(record.cached_tokens, 8);
  EXPECT_EQ(record.reasoning_tokens, kUnknownTokens);
  EXPECT_EQ(record.token_source, TokenSource::kUsage);
  EXPECT_EQ(record.input_token_source, TokenSource::kUsage);
  EXPECT_EQ(record.usage_input_tokens, 11);
  EXPECT_EQ(record.usage_output_tokens, 6);
  EXPECT_EQ(record.first_chunk_tokens, 1);
  EXPECT_EQ(record.flags, kFlagFirstChunkAssumed);
  EXPECT_THAT(Gaps(), ElementsAre(Gap{150, false}, Gap{0, true}, Gap{70'000, false}));
}

TEST_F(StreamRecorderTest, SeveralTextsOfOneEventAreOneTokenEvent) {
  Read(100);
  recorder_.OnEvent();
  recorder_.OnText(TextChannel::kReasoning, "a");
  recorder_.OnText(TextChannel::kContent, "b");
  recorder_.OnText(TextChannel::kTool, "c");
  EXPECT_EQ(Complete().token_events, 1);
  EXPECT_EQ(recorder_.record().first_content_ns, 100);
  EXPECT_THAT(Gaps(), IsEmpty());
}

TEST_F(StreamRecorderTest, BothEndsInOneRead) {
  Read(100);
  TextEvent();
  TextEvent();
  EXPECT_TRUE(Complete().has_flag(kFlagBothEndsOneRead));
  EXPECT_THAT(Gaps(), ElementsAre(Gap{0, true}));
}

TEST_F(StreamRecorderTest, ASingleEventHasBothEndsInOneRead) {
  Read(100);
  TextEvent();
  EXPECT_TRUE(Complete().has_flag(kFlagBothEndsOneRead));
}

TEST_F(StreamRecorderTest, EqualStampsOfTwoReadsAreNotOneRead) {
  Read(100);
  TextEvent();
  Read(100);
  TextEvent();
  EXPECT_FALSE(Complete().has_flag(kFlagBothEndsOneRead));
  EXPECT_THAT(Gaps(), ElementsAre(Gap{0, false}));
}

// Two tokens were held back; they came out with the first text: 2 + 3. The count comes before the
// text of its event in one case and after it in the other.
TEST_F(StreamRecorderTest, FirstChunkHoldsWhatWasHeldBack) {
  Read(100);
  EmptyEvent(2);
  recorder_.OnEvent();
  recorder_.OnEventTokens(3);
  recorder_.OnText(TextChannel::kContent, "x");
  TextEvent(TextChannel::kContent, 4);
  const RequestRecord& record = Complete();
  EXPECT_EQ(record.first_chunk_tokens, 5);
  EXPECT_FALSE(record.has_flag(kFlagFirstChunkAssumed));
}

TEST_F(StreamRecorderTest, WithoutUsageCompleteCountsAreTheOutput) {
  Read(100);
  EmptyEvent(0);
  TextEvent(TextChannel::kContent, 3);
  EmptyEvent(1);
  TextEvent(TextChannel::kContent, 2);
  EXPECT_EQ(Complete().output_tokens, 6);
  EXPECT_EQ(recorder_.record().token_source, TokenSource::kUsage);
}

TEST_F(StreamRecorderTest, WithoutAnyCountsEventsAreCountedAndSaidSo) {
  Read(100);
  TextEvent(TextChannel::kContent, 3);
  TextEvent();
  EXPECT_EQ(Complete().output_tokens, 2);
  EXPECT_EQ(recorder_.record().token_source, TokenSource::kChunks);
}

TEST_F(StreamRecorderTest, UsageOfZeroBesideTextIsNoUsage) {
  Read(100);
  TextEvent();
  recorder_.OnUsage({.input_tokens = 0, .output_tokens = 0});
  EXPECT_EQ(Complete().output_tokens, 1);
  EXPECT_EQ(recorder_.record().token_source, TokenSource::kChunks);
}

TEST_F(StreamRecorderTest, LaterUsageReplacesMemberByMember) {
  Read(100);
  TextEvent();
  recorder_.OnUsage({.input_tokens = 11, .output_tokens = 1, .cached_tokens = 4});
  recorder_.OnUsage({.output_tokens = 5, .reasoning_tokens = 2});
  const RequestRecord& record = Complete();
  EXPECT_EQ(record.input_tokens, 11);
  EXPECT_EQ(record.output_tokens, 5);
  EXPECT_EQ(record.cached_tokens, 4);
  EXPECT_EQ(record.reasoning_tokens, 2);
}

TEST_F(StreamRecorderTest, NotStreamed) {
  Read(100, 5);
  recorder_.OnFlags(kFlagNotStreamed);
  TextEvent(TextChannel::kContent, 7);
  recorder_.OnUsage({.input_tokens = 3, .output_tokens = 7});
  const RequestRecord& record = Complete();
  EXPECT_EQ(record.status, RequestStatus::kOk);
  EXPECT_EQ(record.first_event_ns, 100);
  EXPECT_EQ(record.first_token_ns, kNever);
  EXPECT_EQ(record.first_content_ns, kNever);
  EXPECT_EQ(record.first_token_lag_ns, kNever);
  EXPECT_EQ(record.last_token_ns, 100);
  EXPECT_EQ(record.first_chunk_tokens, kUnknownTokens);
  EXPECT_EQ(record.output_tokens, 7);
  EXPECT_EQ(record.flags, kFlagNotStreamed);
  EXPECT_THAT(Gaps(), IsEmpty());
}

TEST_F(StreamRecorderTest, NotStreamedWithoutUsageHasNoCount) {
  Read(100);
  recorder_.OnFlags(kFlagNotStreamed);
  TextEvent();
  EXPECT_EQ(Complete().output_tokens, kUnknownTokens);
  EXPECT_EQ(recorder_.record().token_source, TokenSource::kNone);
}

TEST_F(StreamRecorderTest, ResetLeavesNothingBehind) {
  Read(100, 5);
  TextEvent(TextChannel::kContent, 3);
  TextEvent();
  recorder_.OnUsage({.input_tokens = 3, .output_tokens = 7});
  recorder_.OnFinish(FinishReason::kAbort);
  recorder_.record().http_status = 200;
  Complete();
  recorder_.Reset();
  EXPECT_FALSE(recorder_.first_token_seen());
  EXPECT_FALSE(recorder_.failed());
  Read(500);
  TextEvent();
  const RequestRecord& record = Complete();
  EXPECT_EQ(record.status, RequestStatus::kOk);
  EXPECT_EQ(record.http_status, 0);
  EXPECT_EQ(record.first_event_ns, 500);
  EXPECT_EQ(record.first_token_ns, 500);
  EXPECT_EQ(record.input_tokens, kUnknownTokens);
  EXPECT_EQ(record.output_tokens, 1);
  EXPECT_EQ(record.first_chunk_tokens, 1);
  EXPECT_EQ(record.finish_reason, "");
  EXPECT_EQ(record.error_message, "");
  EXPECT_THAT(Gaps(), IsEmpty());
}

// The whole path: vLLM's sample stream in reads of 100 bytes, one every 10 ns. An event's stamp is
// that of the read with the second LF behind it.
TEST_F(StreamRecorderTest, SampleStreamInReadsOfAHundredBytes) {
  const auto decoder = NewDecoder("vllm");
  decoder->Begin(200, kEventStream, &recorder_);
  for (size_t at = 0; at < kVllmStream.size(); at += 100) {
    Read(static_cast<int64_t>(at) / 10 + 10);
    decoder->Feed(kVllmStream.substr(at, 100));
  }
  decoder->Finish(true);
  recorder_.Complete(9000);
  const auto arrival = [](std::string_view marker, int occurrence) {
    size_t at = 0;
    for (int i = 0; i <= occurrence; ++i) at = kVllmStream.find(marker, at) + 1;
    const size_t last = kVllmStream.find("\n\n", at) + 1;  // the byte that completes the event
    return static_cast<int64_t>(last / 100) * 10 + 10;
  };
  const RequestRecord& record = recorder_.record();
  EXPECT_EQ(record.status, RequestStatus::kOk);
  EXPECT_EQ(record.first_event_ns, arrival("role", 0));
  EXPECT_EQ(record.first_token_ns, arrival("Let me", 0));
  EXPECT_EQ(record.first_content_ns, arrival("\"Hi\"", 0));
  EXPECT_EQ(record.last_token_ns, arrival("\"!\"", 0));
  EXPECT_EQ(record.output_tokens, 5);
  EXPECT_EQ(record.token_events, 3);
  EXPECT_EQ(record.finish_reason, "stop");
  int64_t sum = 0;
  for (const Gap& gap : Gaps()) sum += gap.gap_ns;
  EXPECT_EQ(sum, record.last_token_ns - record.first_token_ns);
}

}  // namespace
}  // namespace monsoon
