// What a route without chat messages is sent, by hand from the models' own chat templates.
#include "common/prompt/prompt_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/prompt/chat_turns.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Item kHi = {ItemKind::kPrompt, " Say hi\n"};

Item Messages(const std::string& json) { return {ItemKind::kMessages, json}; }

std::string Render(const std::string& prompt_template, const std::string& system, const Item& item,
                   const std::string& prefix = "") {
  const auto prompt = RenderPrompt(prompt_template, system, item, prefix);
  EXPECT_TRUE(prompt.ok()) << prompt.status();
  return prompt.value_or("");
}

std::string RenderError(const std::string& prompt_template, const Item& item) {
  const auto prompt = RenderPrompt(prompt_template, "", item);
  EXPECT_EQ(prompt.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(prompt.status().message());
}

TEST(PromptTemplate, PlainIsTheTextItself) {
  EXPECT_EQ(Render("", "", kHi), " Say hi\n");
  EXPECT_EQ(Render("plain", "", kHi, "[7] "), "[7]  Say hi\n");
  EXPECT_EQ(Render("plain", "Be brief.", kHi), "Be brief.\n\n Say hi\n");
}

// Qwen2's own template, for a conversation with a system message.
TEST(PromptTemplate, ChatMl) {
  EXPECT_EQ(Render("chatml", "", kHi),
            "<|im_start|>user\n Say hi\n<|im_end|>\n<|im_start|>assistant\n");
  EXPECT_EQ(Render("chatml", "You are a helpful assistant.",
                   Messages(R"([{"role":"user","content":"a"},{"role":"assistant","content":"b"},)"
                            R"({"role":"user","content":[{"type":"text","text":"c"}]}])")),
            "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\na"
            "<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n<|im_start|>user\nc<|im_end|>\n"
            "<|im_start|>assistant\n");
}

// Llama 3's own template, but for the <|begin_of_text|> that the tokenizer adds.
TEST(PromptTemplate, Llama3) {
  EXPECT_EQ(Render("llama3", "Be brief.", kHi, "[7] "),
            "<|start_header_id|>system<|end_header_id|>\n\n[7] Be brief.<|eot_id|>"
            "<|start_header_id|>user<|end_header_id|>\n\nSay hi<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\n");
}

TEST(PromptTemplate, ATextOfOnesOwn) {
  EXPECT_EQ(Render("[{system}] Q: {prompt} A:", "s", {ItemKind::kPrompt, "{system}{prompt}"}),
            "[s] Q: {system}{prompt} A:");
  EXPECT_EQ(Render("{prompt}{prompt}", "", kHi), " Say hi\n Say hi\n");
  EXPECT_EQ(
      Render("{system}|{prompt}", "ours",
             Messages(R"([{"role":"system","content":"own"},{"role":"user","content":"a"}])")),
      "own|a");
}

TEST(PromptTemplate, OnlyChatTemplatesHoldSeveralTurns) {
  const Item turns = Messages(
      R"([{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}])");
  EXPECT_THAT(RenderError("plain", turns), HasSubstr("a conversation of several turns"));
  EXPECT_THAT(RenderError("", turns), HasSubstr("use chatml, llama3 or a route that takes chats"));
  EXPECT_THAT(RenderError("", Messages(R"([{"role":"assistant","content":"b"}])")),
              HasSubstr("several turns"));
}

TEST(PromptTemplate, WhichThereAre) {
  for (const char* good : {"", "plain", "chatml", "llama3", "x{prompt}"}) {
    EXPECT_TRUE(CheckPromptTemplate(good).ok()) << good;
  }
  for (const char* bad : {"ChatML", "chat", "{system}", "{ prompt }"}) {
    EXPECT_THAT(std::string(CheckPromptTemplate(bad).message()),
                HasSubstr("expected chatml, llama3, plain, or a text that has {prompt}"))
        << bad;
  }
}

TEST(ChatTurns, OfMessages) {
  EXPECT_THAT(*TurnsOf(Messages(R"([{"role":"tool","content":null},{"role":"user"}])"), "s"),
              ElementsAre(ChatTurn{"system", "s"}, ChatTurn{"tool", ""}, ChatTurn{"user", ""}));
  for (const char* bad :
       {"", "{}", "[]", "[1]", R"([{"content":"a"}])", R"([{"role":"user","content":1}])",
        R"([{"role":"user","content":[{"type":"image_url"}]}])"}) {
    EXPECT_EQ(TurnsOf(Messages(bad), "").status().code(), absl::StatusCode::kInvalidArgument)
        << bad;
  }
  EXPECT_THAT(std::string(TurnsOf({ItemKind::kTexts, "[]"}, "").status().message()),
              HasSubstr("neither a prompt nor chat messages"));
}

}  // namespace
}  // namespace monsoon
