// How a recorder decides whether a request succeeded, and as what it failed.
#include <gtest/gtest.h>

#include <string>

#include "tests/agent/engine/recorder_fixture.h"

namespace monsoon {
namespace {

using StreamRecorderOutcomeTest = StreamRecorderTest;

TEST_F(StreamRecorderOutcomeTest, NoTextIsEmpty) {
  Read(100);
  EmptyEvent();
  recorder_.OnFinish(FinishReason::kStop);
  const RequestRecord& record = Complete();
  EXPECT_EQ(record.status, RequestStatus::kFailed);
  EXPECT_EQ(record.error_class, ErrorClass::kEmpty);
  EXPECT_EQ(record.error_message, "the answer has no text");
  EXPECT_EQ(record.first_event_ns, 100);
  EXPECT_EQ(record.first_token_ns, kNever);
  EXPECT_EQ(record.last_token_ns, kNever);
  EXPECT_EQ(record.output_tokens, kUnknownTokens);
  EXPECT_EQ(record.token_source, TokenSource::kNone);
  EXPECT_EQ(record.first_chunk_tokens, kUnknownTokens);
  EXPECT_EQ(record.flags, 0u);
}

TEST_F(StreamRecorderOutcomeTest, TokensThatWereNeverShownAreEmptyToo) {
  Read(100);
  EmptyEvent(64);
  recorder_.OnUsage({.output_tokens = 64});
  EXPECT_EQ(Complete().error_class, ErrorClass::kEmpty);
  EXPECT_EQ(recorder_.record().error_message,
            "the answer has no text, though the engine counts 64 output tokens");
  EXPECT_EQ(recorder_.record().output_tokens, 64);
}

TEST_F(StreamRecorderOutcomeTest, NoEndIsTruncated) {
  Read(100);
  TextEvent();
  recorder_.OnFinish(FinishReason::kStop);
  recorder_.Complete(9000);
  EXPECT_EQ(recorder_.record().error_class, ErrorClass::kTruncated);
}

TEST_F(StreamRecorderOutcomeTest, AbortIsAFailure) {
  Read(100);
  TextEvent();
  recorder_.OnFinish(FinishReason::kStop);
  recorder_.OnFinish(FinishReason::kAbort);
  recorder_.OnFinish(FinishReason::kLength);
  EXPECT_EQ(Complete().error_class, ErrorClass::kAborted);
  EXPECT_EQ(recorder_.record().finish_reason, "abort");
}

TEST_F(StreamRecorderOutcomeTest, AbortExplainsATruncationButNoOtherFailure) {
  TextEvent();
  recorder_.OnFinish(FinishReason::kError);
  recorder_.OnError(ErrorClass::kTruncated, "cut");
  recorder_.Complete(1);
  EXPECT_EQ(recorder_.record().error_class, ErrorClass::kAborted);
  recorder_.Reset();
  recorder_.OnFinish(FinishReason::kError);
  recorder_.OnError(ErrorClass::kErrorInStream, "CUDA error");
  recorder_.Complete(1);
  EXPECT_EQ(recorder_.record().error_class, ErrorClass::kErrorInStream);
  EXPECT_EQ(recorder_.record().error_message, "CUDA error");
}

TEST_F(StreamRecorderOutcomeTest, TheFirstFailureWins) {
  recorder_.Fail(ErrorClass::kTimeoutIdle, "silence for 30 s");
  recorder_.OnError(ErrorClass::kTruncated, "cut");
  EXPECT_EQ(Complete().error_class, ErrorClass::kTimeoutIdle);
  EXPECT_EQ(recorder_.record().error_message, "silence for 30 s");
}

TEST_F(StreamRecorderOutcomeTest, MessagesAreCutBetweenCharacters) {
  const std::string two_byte = "\xC3\xA9";
  std::string message = "x";
  while (message.size() < 600) message += two_byte;
  recorder_.Fail(ErrorClass::kConnect, message);
  EXPECT_EQ(recorder_.record().error_message, message.substr(0, 511));
}

// 20 s apart, gaps take six bytes each: (20e9 << 1) has 36 bits, seven to a byte.
TEST_F(StreamRecorderOutcomeTest, ARecordHasRoomForMillionsOfEventsAndNoMore) {
  constexpr int64_t kApartNs = 20'000'000'000;
  constexpr int64_t kGaps = int64_t{kMaxGapsBytes} / 6;
  for (int64_t i = 0; i <= kGaps; ++i) {
    Read(i * kApartNs);
    TextEvent();
  }
  EXPECT_EQ(recorder_.record().gaps.size(), static_cast<size_t>(kGaps) * 6);
  EXPECT_FALSE(recorder_.too_many_events());
  Read((kGaps + 1) * kApartNs);
  TextEvent();
  EXPECT_TRUE(recorder_.too_many_events());
}

TEST_F(StreamRecorderOutcomeTest, CancelledKeepsWhatCame) {
  Read(100);
  TextEvent();
  recorder_.Cancel(200);
  EXPECT_EQ(recorder_.record().status, RequestStatus::kCancelled);
  EXPECT_EQ(recorder_.record().error_class, ErrorClass::kNone);
  EXPECT_EQ(recorder_.record().first_token_ns, 100);
  EXPECT_EQ(recorder_.record().done_ns, 200);
}

}  // namespace
}  // namespace monsoon
