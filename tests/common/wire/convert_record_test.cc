// RequestRecord over the wire: every fact arrives, and what never happened stays so.
#include "common/wire/convert_record.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "common/model/gap_codec.h"
#include "common/wire/protocol.h"

namespace monsoon {
namespace {

// In the order of the struct.
const std::vector<int64_t RequestRecord::*>& Stamps() {
  static const auto& stamps =
      *new std::vector<int64_t RequestRecord::*>{&RequestRecord::intended_ns,
                                                 &RequestRecord::dispatched_ns,
                                                 &RequestRecord::connect_begin_ns,
                                                 &RequestRecord::connect_ns,
                                                 &RequestRecord::tls_ns,
                                                 &RequestRecord::sent_ns,
                                                 &RequestRecord::headers_ns,
                                                 &RequestRecord::first_event_ns,
                                                 &RequestRecord::first_token_ns,
                                                 &RequestRecord::first_content_ns,
                                                 &RequestRecord::last_token_ns,
                                                 &RequestRecord::done_ns,
                                                 &RequestRecord::first_token_lag_ns};
  return stamps;
}

const std::vector<int64_t RequestRecord::*>& TokenCounts() {
  static const auto& counts = *new std::vector<int64_t RequestRecord::*>{
      &RequestRecord::input_tokens,       &RequestRecord::output_tokens,
      &RequestRecord::reasoning_tokens,   &RequestRecord::cached_tokens,
      &RequestRecord::first_chunk_tokens, &RequestRecord::usage_input_tokens,
      &RequestRecord::usage_output_tokens};
  return counts;
}

RequestRecord FullRecord() {
  RequestRecord record;
  record.request_index = std::numeric_limits<uint64_t>::max();
  record.phase = Phase::kWarmup;
  record.status = RequestStatus::kFailed;
  record.error_class = ErrorClass::kTruncated;
  record.flags = 0x8000'0155u;
  record.http_status = 599;
  int64_t value = 1'000'000'000'000;
  for (const auto stamp : Stamps()) record.*stamp = ++value;
  for (const auto count : TokenCounts()) record.*count = ++value;
  record.token_source = TokenSource::kTokenizer;
  record.input_token_source = TokenSource::kUsage;
  record.token_events = ++value;
  record.received_bytes = ++value;
  record.finish_reason = "stop";
  record.error_message = std::string("\xff\xfe\0 not UTF-8 \xc3", 14);
  record.gaps = std::string("\x80\x00\x01", 3);
  record.answer = {.text = std::string("a\0\xff", 3) + "tool",
                   .runs = {{TextChannel::kRefusal, 3}, {TextChannel::kTool, 4}},
                   .first_event_bytes = 2};
  return record;
}

RequestRecord Travelled(const RequestRecord& record) {
  v1::RequestRecord sent;
  ToProto(record, &sent);
  v1::RequestRecord received;
  EXPECT_TRUE(received.ParseFromString(sent.SerializeAsString()));
  const absl::StatusOr<RequestRecord> arrived = FromProto(received);
  EXPECT_TRUE(arrived.ok()) << arrived.status();
  return arrived.value_or(RequestRecord());
}

void ExpectSame(const RequestRecord& left, const RequestRecord& right) {
  EXPECT_EQ(left.request_index, right.request_index);
  EXPECT_EQ(left.phase, right.phase);
  EXPECT_EQ(left.status, right.status);
  EXPECT_EQ(left.error_class, right.error_class);
  EXPECT_EQ(left.flags, right.flags);
  EXPECT_EQ(left.http_status, right.http_status);
  for (size_t i = 0; i < Stamps().size(); ++i) {
    EXPECT_EQ(left.*Stamps()[i], right.*Stamps()[i]) << "stamp " << i;
  }
  for (size_t i = 0; i < TokenCounts().size(); ++i) {
    EXPECT_EQ(left.*TokenCounts()[i], right.*TokenCounts()[i]) << "count " << i;
  }
  EXPECT_EQ(left.token_source, right.token_source);
  EXPECT_EQ(left.input_token_source, right.input_token_source);
  EXPECT_EQ(left.token_events, right.token_events);
  EXPECT_EQ(left.received_bytes, right.received_bytes);
  EXPECT_EQ(left.finish_reason, right.finish_reason);
  EXPECT_EQ(left.error_message, right.error_message);
  EXPECT_EQ(left.gaps, right.gaps);
  EXPECT_EQ(left.answer, right.answer);
}

TEST(ConvertRecordTest, KeepsEveryField) { ExpectSame(Travelled(FullRecord()), FullRecord()); }

TEST(ConvertRecordTest, FillsEveryFieldOfTheMessage) {
  v1::RequestRecord proto;
  ToProto(FullRecord(), &proto);
  std::vector<const google::protobuf::FieldDescriptor*> set;
  proto.GetReflection()->ListFields(proto, &set);
  EXPECT_EQ(static_cast<int>(set.size()), proto.GetDescriptor()->field_count());
}

TEST(ConvertRecordTest, WhatNeverHappenedStaysSo) {
  const RequestRecord bare;
  ExpectSame(Travelled(bare), bare);
}

TEST(ConvertRecordTest, EachStampIsSetOrNeverByItself) {
  for (const auto stamp : Stamps()) {
    RequestRecord only;
    only.*stamp = 0;  // at the very start, which is not "never"
    ExpectSame(Travelled(only), only);
    RequestRecord all_but = FullRecord();
    all_but.*stamp = kNever;
    ExpectSame(Travelled(all_but), all_but);
  }
}

TEST(ConvertRecordTest, StampsBeforeTheStartAreNegative) {
  RequestRecord early;
  early.dispatched_ns = -1;
  early.done_ns = -1'000'000'000'000;
  ExpectSame(Travelled(early), early);
}

TEST(ConvertRecordTest, NoTokensIsNotUnknownTokens) {
  for (const auto count : TokenCounts()) {
    RequestRecord only;
    only.*count = 0;
    ExpectSame(Travelled(only), only);
  }
}

TEST(ConvertRecordTest, EveryStatusAndErrorClassKeepsItsName) {
  for (const RequestStatus status : {RequestStatus::kOk, RequestStatus::kFailed,
                                     RequestStatus::kCancelled, RequestStatus::kNotSent}) {
    RequestRecord record;
    record.status = status;
    EXPECT_EQ(Travelled(record).status, status);
  }
  ASSERT_EQ(v1::ErrorClass_ARRAYSIZE, kErrorClassCount);
  for (int i = 0; i < kErrorClassCount; ++i) {
    RequestRecord record;
    record.error_class = static_cast<ErrorClass>(i);
    EXPECT_EQ(Travelled(record).error_class, record.error_class);
    // The schema's name is ours in capitals: the numbers of both sides mean the same.
    v1::RequestRecord proto;
    ToProto(record, &proto);
    std::string name = "ERROR_CLASS_" + std::string(ErrorClassName(record.error_class));
    for (char& c : name) c = static_cast<char>(std::toupper(c));
    EXPECT_EQ(v1::ErrorClass_Name(proto.error_class()), name);
  }
  for (const TokenSource source :
       {TokenSource::kNone, TokenSource::kUsage, TokenSource::kTokenizer, TokenSource::kChunks}) {
    RequestRecord record;
    record.token_source = source;
    EXPECT_EQ(Travelled(record).token_source, source);
  }
}

TEST(ConvertRecordTest, UnknownValuesAreRefused) {
  v1::RequestRecord good;
  ToProto(FullRecord(), &good);
  v1::RequestRecord status = good;
  status.set_status(v1::REQUEST_STATUS_UNSPECIFIED);
  EXPECT_EQ(FromProto(status).status().code(), absl::StatusCode::kInvalidArgument);
  status.set_status(static_cast<v1::RequestStatus>(5));
  EXPECT_EQ(FromProto(status).status().code(), absl::StatusCode::kInvalidArgument);
  v1::RequestRecord error_class = good;
  error_class.set_error_class(static_cast<v1::ErrorClass>(kErrorClassCount));
  EXPECT_EQ(FromProto(error_class).status().code(), absl::StatusCode::kInvalidArgument);
  v1::RequestRecord source = good;
  source.set_token_source(static_cast<v1::TokenSource>(4));
  EXPECT_EQ(FromProto(source).status().code(), absl::StatusCode::kInvalidArgument);
  source = good;
  source.set_input_token_source(static_cast<v1::TokenSource>(4));
  EXPECT_EQ(FromProto(source).status().code(), absl::StatusCode::kInvalidArgument);
}

// Counting runs over the text by these numbers.
TEST(ConvertRecordTest, ChannelsThatDoNotMakeUpTheTextAreRefused) {
  v1::RequestRecord good;
  ToProto(FullRecord(), &good);
  std::vector<v1::RequestRecord> bad(5, good);
  bad[0].mutable_text_runs(0)->set_bytes(4);
  bad[1].mutable_text_runs(1)->set_bytes(~uint64_t{0});  // the sum would wrap round
  bad[2].mutable_text_runs()->RemoveLast();
  bad[3].mutable_text_runs(0)->set_channel(static_cast<v1::TextRun::Channel>(4));
  bad[4].set_first_event_text_bytes(8);
  for (size_t i = 0; i < bad.size(); ++i) {
    EXPECT_EQ(FromProto(bad[i]).status().code(), absl::StatusCode::kInvalidArgument) << i;
  }
}

TEST(ConvertRecordTest, EveryChannelKeepsItsName) {
  EXPECT_EQ(static_cast<int>(TextChannel::kContent), v1::TextRun::CHANNEL_CONTENT);
  EXPECT_EQ(static_cast<int>(TextChannel::kReasoning), v1::TextRun::CHANNEL_REASONING);
  EXPECT_EQ(static_cast<int>(TextChannel::kRefusal), v1::TextRun::CHANNEL_REFUSAL);
  EXPECT_EQ(static_cast<int>(TextChannel::kTool), v1::TextRun::CHANNEL_TOOL);
}

int64_t WireBytes(const RequestRecord& record) {
  v1::RequestRecord proto;
  ToProto(record, &proto);
  return static_cast<int64_t>(proto.ByteSizeLong());
}

// A message beyond the limit would break the stream, and its resending the next one, for ever.
TEST(ConvertRecord, TheLargestFitsIntoAMessage) {
  RequestRecord record = FullRecord();
  record.answer = {.text = "ab", .runs = {{TextChannel::kReasoning, 1}, {TextChannel::kTool, 1}}};
  const int64_t two_runs = WireBytes(record);
  record.answer.runs.clear();
  const int64_t run_bytes = (two_runs - WireBytes(record) + 1) / 2;
  record.answer.text.clear();
  // Text of one byte a run; and the events of one more read than the limit allows.
  constexpr int64_t kOneReadBytes = 1 << 20;
  const int64_t largest = WireBytes(record) + kMaxAnswerTextBytes * (1 + run_bytes) +
                          int64_t{kMaxGapsBytes} + kOneReadBytes;
  EXPECT_LT(largest + kBatchBytes, int64_t{kMaxMessageBytes});
}

}  // namespace
}  // namespace monsoon
