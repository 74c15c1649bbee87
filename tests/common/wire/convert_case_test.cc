// AgentCase over the wire: nothing is lost, nothing absent becomes present, and nonsense is
// refused.
#include "common/wire/convert_case.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace monsoon {
namespace {

using ::testing::HasSubstr;

// Every field differs from its default and from every other field of its type.
AgentCase FullCase() {
  AgentCase full;
  full.run_id = "run-1";
  full.case_index = 7;
  full.model = "qwen";
  full.engine.type = "vllm";
  full.engine.url = "http://gpu1:8000/v1/chat/completions";
  full.engine.headers = {{"x-b", "2"}, {"x-a", "1"}, {"x-b", "3"}};
  full.engine.api_key = Secret("sk-123");
  full.engine.extra_body_json = R"({"a":1})";
  full.engine.route = "native";
  full.engine.prompt_template = "chatml";
  full.engine.system_prompt = "Be brief.";
  full.engine.custom = {.body_json = R"({"b":"%p"})",
                        .framing = AnswerFraming::kNdjson,
                        .mode = AnswerMode::kCumulative,
                        .pointers = {.text = "/t",
                                     .reasoning = "/r",
                                     .finish_reason = "/f",
                                     .input_tokens = "/i",
                                     .output_tokens = "/o",
                                     .cached_tokens = "/c",
                                     .error = "/e",
                                     .done = "/d"}};
  full.sampling.stream = false;
  full.sampling.max_tokens = 11;
  full.sampling.min_tokens = 12;
  full.sampling.temperature = 0.13;
  full.sampling.top_p = 0.14;
  full.sampling.top_k = -15;
  full.sampling.frequency_penalty = -0.16;
  full.sampling.presence_penalty = 0.17;
  full.sampling.repetition_penalty = 1.18;
  full.sampling.seed = -19;
  full.sampling.ignore_eos = true;
  full.sampling.stop = {"\n\n", "", "END"};
  full.timeouts = {.connect_ns = 21, .first_token_ns = 22, .idle_ns = 23, .total_ns = 24};
  full.concurrency = 31;
  full.cache_bust = true;
  full.max_event_bytes = 33;
  full.open_loop = OpenLoop{3.5};
  full.keep_text = KeepText::kAll;
  return full;
}

// As it is after a journey over the wire, bytes and all.
absl::StatusOr<AgentCase> Travelled(const AgentCase& agent_case) {
  v1::Case sent;
  ToProto(agent_case, &sent);
  v1::Case received;
  EXPECT_TRUE(received.ParseFromString(sent.SerializeAsString()));
  return FromProto(received);
}

TEST(ConvertCaseTest, KeepsEveryField) {
  const absl::StatusOr<AgentCase> arrived = Travelled(FullCase());
  ASSERT_TRUE(arrived.ok()) << arrived.status();
  EXPECT_EQ(*arrived, FullCase());
  EXPECT_EQ(arrived->engine.api_key.Reveal(), "sk-123");
}

TEST(ConvertCaseTest, FillsEveryFieldOfTheMessage) {
  v1::Case proto;
  ToProto(FullCase(), &proto);
  for (const google::protobuf::Message* message :
       {static_cast<const google::protobuf::Message*>(&proto),
        static_cast<const google::protobuf::Message*>(&proto.engine()),
        static_cast<const google::protobuf::Message*>(&proto.engine().custom()),
        static_cast<const google::protobuf::Message*>(&proto.timeouts())}) {
    std::vector<const google::protobuf::FieldDescriptor*> set;
    message->GetReflection()->ListFields(*message, &set);
    EXPECT_EQ(static_cast<int>(set.size()), message->GetDescriptor()->field_count())
        << message->GetDescriptor()->name();
  }
}

TEST(ConvertCaseTest, WhatIsUnsetStaysUnset) {
  AgentCase bare = FullCase();
  bare.sampling = Sampling{.stream = true, .max_tokens = std::nullopt, .temperature = std::nullopt};
  bare.engine.headers.clear();
  bare.engine.api_key = Secret();
  bare.engine.extra_body_json.clear();
  const absl::StatusOr<AgentCase> arrived = Travelled(bare);
  ASSERT_TRUE(arrived.ok()) << arrived.status();
  EXPECT_EQ(*arrived, bare);
}

TEST(ConvertCaseTest, ZeroIsNotTheSameAsUnset) {
  AgentCase zeros = FullCase();
  zeros.sampling = Sampling{.max_tokens = 0,
                            .min_tokens = 0,
                            .temperature = 0.0,
                            .top_p = 0.0,
                            .top_k = 0,
                            .frequency_penalty = 0.0,
                            .presence_penalty = 0.0,
                            .repetition_penalty = 0.0,
                            .seed = 0,
                            .ignore_eos = false};
  const absl::StatusOr<AgentCase> arrived = Travelled(zeros);
  ASSERT_TRUE(arrived.ok()) << arrived.status();
  EXPECT_EQ(*arrived, zeros);
}

struct BadLimit {
  const char* what;
  void (*spoil)(v1::Case*, uint64_t);
};

class BadLimitTest : public ::testing::TestWithParam<BadLimit> {};

TEST_P(BadLimitTest, IsRefusedByName) {
  for (const uint64_t value :
       {uint64_t{0}, uint64_t{1} << 62, uint64_t{1} << 63, std::numeric_limits<uint64_t>::max()}) {
    v1::Case proto;
    ToProto(FullCase(), &proto);
    GetParam().spoil(&proto, value);
    const absl::Status status = FromProto(proto).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << value;
    EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().what));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Limits, BadLimitTest,
    ::testing::Values(BadLimit{"connect timeout",
                               [](v1::Case* proto, uint64_t value) {
                                 proto->mutable_timeouts()->set_connect_ns(value);
                               }},
                      BadLimit{"first-token timeout",
                               [](v1::Case* proto, uint64_t value) {
                                 proto->mutable_timeouts()->set_first_token_ns(value);
                               }},
                      BadLimit{"idle timeout",
                               [](v1::Case* proto, uint64_t value) {
                                 proto->mutable_timeouts()->set_idle_ns(value);
                               }},
                      BadLimit{"total timeout",
                               [](v1::Case* proto, uint64_t value) {
                                 proto->mutable_timeouts()->set_total_ns(value);
                               }},
                      BadLimit{"max_event_bytes", [](v1::Case* proto, uint64_t value) {
                                 proto->set_max_event_bytes(value);
                               }}));

TEST(ConvertCaseTest, EveryWayToKeepTextsTravelsAndNoOther) {
  AgentCase agent_case = FullCase();
  for (const KeepText keep : {KeepText::kNone, KeepText::kWhereUncounted, KeepText::kAll}) {
    agent_case.keep_text = keep;
    EXPECT_EQ(Travelled(agent_case).value().keep_text, keep);
  }
  v1::Case proto;
  ToProto(agent_case, &proto);
  proto.set_keep_text(static_cast<v1::KeepText>(3));
  const absl::Status status = FromProto(proto).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("update the agent"));
}

TEST(ConvertCaseTest, TheLargestLimitPasses) {
  AgentCase large = FullCase();
  large.timeouts.total_ns = std::numeric_limits<int64_t>::max() / 4;
  EXPECT_EQ(Travelled(large).value(), large);
}

TEST(ConvertCaseTest, ACaseIndexBeyondInt32IsRefused) {
  v1::Case proto;
  ToProto(FullCase(), &proto);
  proto.set_case_index(2147483647u);
  EXPECT_EQ(FromProto(proto).value().case_index, 2147483647);
  proto.set_case_index(2147483648u);
  EXPECT_EQ(FromProto(proto).status().code(), absl::StatusCode::kInvalidArgument);
}

// As a signed number it would be negative: an agent with no slots that never says why.
TEST(ConvertCaseTest, AConcurrencyBeyondInt64IsRefused) {
  v1::Case proto;
  ToProto(FullCase(), &proto);
  proto.set_concurrency(std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(FromProto(proto).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace monsoon
