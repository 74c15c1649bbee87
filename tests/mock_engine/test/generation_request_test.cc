#include "tests/mock_engine/generation_request.h"

#include <gtest/gtest.h>

#include "tests/mock_engine/dialects/parts.h"

namespace monsoon::mock_engine {
namespace {

GenerationRequest Read(std::string_view body, const RequestShape& shape = ChatShape()) {
  RequestReader reader;
  auto request = reader.Read(body, shape);
  EXPECT_TRUE(request.ok()) << request.status() << " for " << body;
  return request.ok() ? *request : GenerationRequest();
}

bool Has(const GenerationRequest& request, Flag flag) {
  return (request.flags & AnswerState::Bit(flag)) != 0;
}

TEST(GenerationRequestTest, ReadsWhatTheScriptNeeds) {
  const GenerationRequest request = Read(
      R"({"model":"m","messages":[{"role":"user","content":"Say hi"}],"max_tokens":64,
          "temperature":0,"stream":true,
          "stream_options":{"include_usage":true,"continuous_usage_stats":true}})");
  EXPECT_EQ(request.model, "m");
  EXPECT_EQ(request.max_tokens, 64);
  EXPECT_TRUE(request.stream);
  EXPECT_TRUE(Has(request, Flag::kUsage));
  EXPECT_TRUE(Has(request, Flag::kContinuous));
  EXPECT_EQ(request.prompt_tokens, 2);  // 6 code points / 4, rounded up
}

TEST(GenerationRequestTest, LeavesWhatIsNotGiven) {
  const GenerationRequest request = Read(R"({"model":"m","messages":[],"max_tokens":null})");
  EXPECT_FALSE(request.max_tokens.has_value());
  EXPECT_FALSE(request.stream);
  EXPECT_FALSE(Has(request, Flag::kUsage));
  EXPECT_EQ(request.prompt_tokens, 1);
}

TEST(GenerationRequestTest, MaxCompletionTokensGoesFirst) {
  EXPECT_EQ(
      Read(R"({"model":"m","messages":[],"max_completion_tokens":5,"max_tokens":9})").max_tokens,
      5);
}

TEST(GenerationRequestTest, CountsCodePointsOfAllTextParts) {
  // 4 + 5 + 1 code points: 10 / 4 rounded up.
  EXPECT_EQ(Read("{\"model\":\"m\",\"messages\":[{\"content\":\"\u5b63\u98ce\u5e26\u6765\"},"
                 "{\"content\":[{\"type\":\"text\",\"text\":\"abcde\"},{\"type\":\"image_url\"},"
                 "{\"type\":\"text\",\"text\":\"\\ud83c\\udf27\"}]},{\"role\":\"user\"}]}")
                .prompt_tokens,
            3);
}

TEST(GenerationRequestTest, PromptTokensAreRoundedUpAndNeverZero) {
  EXPECT_EQ(PromptTokensOfCodePoints(0), 1);
  EXPECT_EQ(PromptTokensOfCodePoints(4), 1);
  EXPECT_EQ(PromptTokensOfCodePoints(5), 2);
}

TEST(GenerationRequestTest, RefusesWhatAnEngineWould) {
  RequestReader reader;
  for (const char* bad :
       {"", "[]", "{", R"({"messages":[]})", R"({"model":"","messages":[]})", R"({"model":"m"})",
        R"({"model":"m","messages":"hi"})", R"({"model":"m","messages":[],"max_tokens":0})",
        R"({"model":"m","messages":[],"max_tokens":"many"})",
        R"({"model":"m","messages":[],"stream_options":{"include_usage":true}})",
        R"({"model":"m","messages":[],"stream":true,"stream_options":5})"}) {
    EXPECT_FALSE(reader.Read(bad, ChatShape()).ok()) << bad;
  }
}

TEST(GenerationRequestTest, ShapesSayWhereThingsAre) {
  const RequestShape tgi = {.model = "",
                            .prompt = {"/inputs"},
                            .limits = {"/parameters/max_new_tokens"},
                            .flags = {{Flag::kDetails, "/parameters/details"}},
                            .keep_prompt = true};
  const GenerationRequest request =
      Read(R"({"inputs":"Say \"hi\"","parameters":{"max_new_tokens":5,"details":true}})", tgi);
  EXPECT_EQ(request.model, "");
  EXPECT_EQ(request.max_tokens, 5);
  EXPECT_TRUE(Has(request, Flag::kDetails));
  EXPECT_EQ(request.prompt, R"(Say \"hi\")");
  EXPECT_EQ(request.prompt_tokens, 2);
}

TEST(GenerationRequestTest, StreamsAreTheDefaultWhereTheShapeSaysSo) {
  const RequestShape ollama = {.stream = RequestShape::Stream::kMemberElseTrue,
                               .limits = {"/options/num_predict"}};
  EXPECT_TRUE(Read(R"({"model":"m","messages":[]})", ollama).stream);
  EXPECT_FALSE(Read(R"({"model":"m","messages":[],"stream":false})", ollama).stream);
  EXPECT_FALSE(
      Read(R"({"model":"m","messages":[],"options":{"num_predict":-1}})", ollama).max_tokens);
}

TEST(GenerationRequestTest, ItemsAreANumberOrAList) {
  EXPECT_EQ(Read(R"({"model":"m","messages":[],"n":2})").items, 2);
  const RequestShape embed = EmbeddingsWire().request;
  EXPECT_EQ(Read(R"({"model":"m","input":["a","b","c"]})", embed).items, 3);
  EXPECT_EQ(Read(R"({"model":"m","input":"a"})", embed).items, 1);
  const GenerationRequest ids = Read(R"({"model":"m","input":[1,2,3,4,5]})", embed);
  EXPECT_EQ(ids.items, 1);
  EXPECT_EQ(ids.prompt_tokens, 5);
}

TEST(GenerationRequestTest, NeedsAndRefusesWhatTheShapeSays) {
  RequestReader reader;
  const RequestShape messages = MessagesWire().request;
  EXPECT_FALSE(reader.Read(R"({"model":"m","messages":[]})", messages).ok());
  EXPECT_TRUE(reader.Read(R"({"model":"m","messages":[],"max_tokens":1})", messages).ok());
  RequestShape strict = ChatShape();
  strict.refused = {"/ignore_eos"};
  const auto refused = reader.Read(R"({"model":"m","messages":[],"ignore_eos":true})", strict);
  EXPECT_EQ(refused.status().message(), "Unrecognized request argument supplied: ignore_eos");
}

}  // namespace
}  // namespace monsoon::mock_engine
