#include "tests/mock_engine/chat_request.h"

#include <gtest/gtest.h>

namespace monsoon::mock_engine {
namespace {

ChatRequest Read(std::string_view body) {
  ChatRequestReader reader;
  auto request = reader.Read(body);
  EXPECT_TRUE(request.ok()) << request.status() << " for " << body;
  return request.ok() ? *request : ChatRequest();
}

TEST(ChatRequestTest, ReadsWhatTheScriptNeeds) {
  const ChatRequest request = Read(
      R"({"model":"m","messages":[{"role":"user","content":"Say hi"}],"max_tokens":64,
          "temperature":0,"stream":true,
          "stream_options":{"include_usage":true,"continuous_usage_stats":true}})");
  EXPECT_EQ(request.model, "m");
  EXPECT_EQ(request.max_tokens, 64);
  EXPECT_TRUE(request.stream);
  EXPECT_TRUE(request.include_usage);
  EXPECT_TRUE(request.continuous_usage);
  EXPECT_EQ(request.prompt_tokens, 2);  // 6 code points / 4, rounded up
}

TEST(ChatRequestTest, LeavesWhatIsNotGiven) {
  const ChatRequest request = Read(R"({"model":"m","messages":[],"max_tokens":null})");
  EXPECT_FALSE(request.max_tokens.has_value());
  EXPECT_FALSE(request.stream);
  EXPECT_FALSE(request.include_usage);
  EXPECT_EQ(request.prompt_tokens, 1);
}

TEST(ChatRequestTest, MaxCompletionTokensGoesFirst) {
  EXPECT_EQ(
      Read(R"({"model":"m","messages":[],"max_completion_tokens":5,"max_tokens":9})").max_tokens,
      5);
}

TEST(ChatRequestTest, CountsCodePointsOfAllTextParts) {
  // 4 + 5 + 1 code points: 10 / 4 rounded up.
  EXPECT_EQ(Read("{\"model\":\"m\",\"messages\":[{\"content\":\"\u5b63\u98ce\u5e26\u6765\"},"
                 "{\"content\":[{\"type\":\"text\",\"text\":\"abcde\"},{\"type\":\"image_url\"},"
                 "{\"type\":\"text\",\"text\":\"\\ud83c\\udf27\"}]},{\"role\":\"user\"}]}")
                .prompt_tokens,
            3);
}

TEST(ChatRequestTest, PromptTokensAreRoundedUpAndNeverZero) {
  EXPECT_EQ(PromptTokensOfCodePoints(0), 1);
  EXPECT_EQ(PromptTokensOfCodePoints(4), 1);
  EXPECT_EQ(PromptTokensOfCodePoints(5), 2);
}

TEST(ChatRequestTest, RefusesWhatAnEngineWould) {
  ChatRequestReader reader;
  for (const char* bad :
       {"", "[]", "{", R"({"messages":[]})", R"({"model":"","messages":[]})", R"({"model":"m"})",
        R"({"model":"m","messages":"hi"})", R"({"model":"m","messages":[],"max_tokens":0})",
        R"({"model":"m","messages":[],"max_tokens":"many"})",
        R"({"model":"m","messages":[],"stream_options":{"include_usage":true}})",
        R"({"model":"m","messages":[],"stream":true,"stream_options":5})"}) {
    EXPECT_FALSE(reader.Read(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace monsoon::mock_engine
