// The text that is counted for a prompt, as it is sent: known answers.
#include "controller/core/tokens/prompt_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

EngineSpec Engine(const std::string& type, const std::string& route = "",
                  const std::string& prompt_template = "", const std::string& system = "") {
  EngineSpec engine;
  engine.type = type;
  engine.route = route;
  engine.prompt_template = prompt_template;
  engine.system_prompt = system;
  return engine;
}

ItemText Text(ItemKind kind, const std::string& content, const EngineSpec& engine,
              const std::string& prefix = "") {
  const absl::StatusOr<ItemText> text = PromptTextOf({kind, content}, engine, prefix);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.value_or(ItemText());
}

TEST(PromptTextTest, APromptOfAChatRouteIsItself) {
  EXPECT_THAT(Text(ItemKind::kPrompt, "why?", Engine("vllm")).texts, ElementsAre("why?"));
  EXPECT_THAT(Text(ItemKind::kPrompt, "why?", Engine("vllm"), "[ab] ").texts,
              ElementsAre("[ab] why?"));
  EXPECT_THAT(Text(ItemKind::kPrompt, "why?", Engine("vllm", "", "", "Be brief."), "[ab] ").texts,
              ElementsAre("[ab] Be brief.", "why?"));
}

TEST(PromptTextTest, MessagesOfAChatRouteAreTheirTexts) {
  const std::string messages =
      R"([{"role":"system","content":"a"},{"role":"user","content":[{"type":"text","text":"b"},)"
      R"({"type":"text","text":"c"}]},{"role":"assistant","content":null}])";
  EXPECT_THAT(Text(ItemKind::kMessages, messages, Engine("openai"), "[x] ").texts,
              ElementsAre("[x] a", "bc", ""));
}

TEST(PromptTextTest, AMessageWithAnImageCountsWithItsText) {
  const std::string messages =
      R"([{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:..."}},)"
      R"({"type":"text","text":"what is it?"}]}])";
  EXPECT_THAT(Text(ItemKind::kMessages, messages, Engine("vllm"), "[x] ").texts,
              ElementsAre("[x] what is it?"));
}

TEST(PromptTextTest, WhatIsRenderedHereIsCountedWhole) {
  const EngineSpec triton = Engine("triton", "", "chatml", "Be brief.");
  EXPECT_THAT(Text(ItemKind::kPrompt, "why?", triton, "[ab] ").texts,
              ElementsAre("<|im_start|>system\n[ab] Be brief.<|im_end|>\n"
                          "<|im_start|>user\nwhy?<|im_end|>\n<|im_start|>assistant\n"));
  EXPECT_THAT(Text(ItemKind::kPrompt, "why?", Engine("triton")).texts, ElementsAre("why?"));
  EXPECT_THAT(Text(ItemKind::kMessages, R"([{"role":"user","content":"hi"}])",
                   Engine("tgi", "native", "Q: {prompt} A:"))
                  .texts,
              ElementsAre("Q: hi A:"));
}

TEST(PromptTextTest, ABodyCountsByTheMembersThatHoldPrompts) {
  const EngineSpec engine = Engine("vllm");
  EXPECT_THAT(Text(ItemKind::kBody,
                   R"({"model":"m","system":"s","messages":[{"role":"user","content":"u"}],)"
                   R"("stop":["x"],"tools":[{"type":"function"}]})",
                   engine)
                  .texts,
              ElementsAre("s", "u"));
  EXPECT_THAT(Text(ItemKind::kBody, R"({"prompt":"p","max_tokens":3})", engine, "[x] ").texts,
              ElementsAre("[x] p"));
  EXPECT_THAT(Text(ItemKind::kBody, R"({"text_input":"p"})", engine).texts, ElementsAre("p"));
  EXPECT_THAT(Text(ItemKind::kBody, R"({"input":{"messages":[{"content":"d"}]}})", engine).texts,
              ElementsAre("d"));
  const ItemText ids = Text(ItemKind::kBody, R"({"prompt":[[1,2],[3]]})", engine, "[x] ");
  EXPECT_THAT(ids.texts, IsEmpty());
  EXPECT_EQ(ids.listed_tokens, 3);
}

TEST(PromptTextTest, InputsOfEmbeddingsAndRerank) {
  EXPECT_THAT(Text(ItemKind::kTexts, R"(["a","b c"])", Engine("openai", "embeddings")).texts,
              ElementsAre("a", "b c"));
  // As the agent sends them: each is a prompt of its own.
  EXPECT_THAT(Text(ItemKind::kTexts, R"(["a","b c"])",
                   Engine("openai", "embeddings", "query: {prompt}"), "[x] ")
                  .texts,
              ElementsAre("query: [x] a", "query: [x] b c"));
  EXPECT_THAT(
      Text(ItemKind::kRerank, R"({"query":"q","documents":["d1","d2"]})", Engine("vllm", "rerank"))
          .texts,
      ElementsAre("q", "d1", "d2"));
}

TEST(PromptTextTest, WhatIsNoJsonIsAnError) {
  EXPECT_EQ(PromptTextOf({ItemKind::kBody, "{"}, Engine("vllm"), "").status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(PromptTextOf({ItemKind::kTexts, "7"}, Engine("openai"), "").status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(PromptTextTest, EqualShapesMakeEqualTexts) {
  EXPECT_EQ(PromptShape(Engine("vllm")), PromptShape(Engine("lmdeploy")));
  EXPECT_NE(PromptShape(Engine("vllm")), PromptShape(Engine("vllm", "", "", "s")));
  EXPECT_NE(PromptShape(Engine("vllm")), PromptShape(Engine("triton")));
  EXPECT_NE(PromptShape(Engine("triton", "", "chatml")), PromptShape(Engine("triton")));
  EXPECT_NE(PromptShape(Engine("triton", "", "{prompt}", "s")),
            PromptShape(Engine("triton", "", "{prompt}s")));
}

}  // namespace
}  // namespace monsoon
