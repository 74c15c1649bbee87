// Entries as they stand in a file, against the routes that may or may not take them: known answers.
#include "controller/core/dataset/route_fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "controller/core/dataset/entry_parser.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;

EngineSpec Engine(const std::string& type, const std::string& route,
                  const std::string& prompt_template = "") {
  return {.type = type, .route = route, .name = "box", .prompt_template = prompt_template};
}

ItemShape ShapeOf(const EntryRules& rules, const std::string& text) {
  EntryParser parser(rules);
  ParsedEntry entry;
  const absl::Status parsed = parser.Parse({.offset = 0, .text = text, .at = {}}, entry);
  EXPECT_TRUE(parsed.ok()) << parsed;
  EXPECT_GT(entry.characters, 0) << text;
  return entry.shape;
}

// "" where the line, of a line_by_line file, can be sent.
std::string Problem(const std::string& line, const EngineSpec& engine,
                    const EntryRules& rules = DatasetFormat::kLineByLine) {
  const absl::Status fits = CheckRouteFit({{ShapeOf(rules, line), "f.txt:7:1"}}, engine);
  return std::string(fits.message());
}

TEST(RouteFit, WholeBodiesGoWhereTheirPromptBelongs) {
  const std::string chat = R"({"messages":[{"role":"user","content":"hi"}]})";
  const std::string completion = R"({"prompt":"hi"})";
  const std::string responses = R"({"input":[{"role":"user","content":"hi"}],"store":true})";
  const std::string dashscope = R"({"input":{"messages":[{"role":"user","content":"hi"}]}})";
  const std::string embeddings = R"({"input":["hi","there"]})";
  const std::string rerank = R"({"query":"q","documents":["d"]})";
  const std::string tei = R"({"query":"q","texts":["d"]})";
  EXPECT_EQ(Problem(chat, Engine("openai", "chat")), "");
  EXPECT_EQ(Problem(chat, Engine("ollama", "native")), "");
  EXPECT_EQ(Problem(completion, Engine("openai", "completions")), "");
  EXPECT_EQ(Problem(responses, Engine("openai", "responses")), "");
  EXPECT_EQ(
      Problem(R"({"input":"hi","text":{"format":{"type":"text"}}})", Engine("openai", "responses")),
      "");
  EXPECT_EQ(Problem(dashscope, Engine("dashscope", "native")), "");
  EXPECT_EQ(Problem(embeddings, Engine("openai", "embeddings")), "");
  EXPECT_EQ(Problem(rerank, Engine("vllm", "rerank")), "");
  EXPECT_EQ(Problem(tei, Engine("tgi", "rerank")), "");
  EXPECT_EQ(Problem(R"({"text":"hi"})", Engine("sglang", "native")), "");

  EXPECT_EQ(Problem(completion, Engine("openai", "chat")),
            "f.txt:7:1: this is a whole request body; engine box (type openai) on its route chat "
            "needs a list \"messages\" in it: write the body as that route takes it");
  EXPECT_THAT(Problem(chat, Engine("openai", "responses")), HasSubstr("a text or list \"input\""));
  EXPECT_THAT(Problem(responses, Engine("dashscope", "native")), HasSubstr("\"input\": {\"mess"));
  EXPECT_THAT(Problem(dashscope, Engine("openai", "responses")), HasSubstr("a text or list"));
  EXPECT_THAT(Problem(rerank, Engine("tgi", "rerank")), HasSubstr("\"query\" and \"texts\""));
  EXPECT_THAT(Problem(R"({"query":"q","documents":[]})", Engine("vllm", "rerank")),
              HasSubstr("\"query\" and \"documents\""));
}

TEST(RouteFit, ARouteTakesSomeKindsOfLines) {
  EXPECT_EQ(Problem("what is rain?", Engine("vllm", "rerank")),
            "f.txt:7:1: this is a prompt; engine box (type vllm) on its route rerank does not take "
            "it: set engine.route to chat or completions or responses or messages or embeddings, "
            "or take the entry out of this dataset");
  EXPECT_EQ(Problem(R"({"messages":[{"role":"user","content":"hi"}]})", Engine("custom", "custom")),
            "f.txt:7:1: this is a whole request body; engine box (type custom) on its route custom "
            "does not take it: take the entry out of this dataset");
  EXPECT_EQ(Problem("what is rain?", Engine("vllm", "chat")), "");
  EXPECT_EQ(Problem("what is rain?", Engine("nobody", "chat")), "");
}

TEST(RouteFit, AConversationNeedsATemplateWithPlaceForIt) {
  const std::string one = R"([{"role":"user","content":"hi"}])";
  const std::string with_system =
      R"([{"role":"system","content":"be"},{"role":"user","content":"hi"}])";
  const std::string several =
      R"([{"role":"user","content":"a"},{"role":"assistant","content":"b"},)"
      R"({"role":"user","content":"c"}])";
  for (const char* name : {"", "plain", "<s>{prompt}", "chatml", "llama3"}) {
    EXPECT_EQ(Problem(one, Engine("tgi", "native", name)), "") << name;
    EXPECT_EQ(Problem(with_system, Engine("tgi", "native", name)), "") << name;
  }
  EXPECT_EQ(Problem(several, Engine("tgi", "native", "chatml")), "");
  EXPECT_EQ(Problem(several, Engine("triton", "native", "llama3")), "");
  EXPECT_EQ(Problem(several, Engine("tgi", "chat")), "");
  EXPECT_EQ(Problem(several, Engine("tgi", "native")),
            "f.txt:7:1: this is a conversation of several turns; engine box (type tgi) on its "
            "route native has no prompt_template: set engine.prompt_template to chatml or llama3, "
            "or engine.route to chat");
  EXPECT_THAT(Problem(several, Engine("tgi", "native", "{system} {prompt}")),
              HasSubstr("has a prompt_template with a place for one turn only: set engine."));
  // Formats that make chats of conversations are no different.
  EntryRules turns(DatasetFormat::kSharegpt);
  turns.turns = ConversationTurns::kAll;
  const std::string spoken =
      R"({"conversations":[{"from":"human","value":"a"},{"from":"gpt","value":"b"},)"
      R"({"from":"human","value":"c"},{"from":"gpt","value":"d"}]})";
  EXPECT_THAT(Problem(spoken, Engine("tgi", "native"), turns), HasSubstr("several turns"));
  EXPECT_EQ(Problem(spoken, Engine("tgi", "chat"), turns), "");
  EXPECT_EQ(Problem(spoken, Engine("tgi", "native"), DatasetFormat::kSharegpt), "");
  EXPECT_THAT(
      Problem(R"({"messages":)" + several + "}", Engine("tgi", "native"), DatasetFormat::kMessages),
      HasSubstr("several turns"));
  EXPECT_EQ(Problem(R"({"messages":[{"role":"user","content":"a"},)"
                    R"({"role":"assistant","content":"b"}]})",
                    Engine("tgi", "native"), DatasetFormat::kMessages),
            "");
}

TEST(RouteFit, AnImageIsNoTextForARawPrompt) {
  const std::string image =
      R"([{"role":"user","content":[{"type":"text","text":"see"},{"type":"image_url"}]}])";
  EXPECT_EQ(Problem(image, Engine("vllm", "chat")), "");
  EXPECT_EQ(Problem(image, Engine("vllm", "completions", "chatml")),
            "f.txt:7:1: this is a chat with more than text in it; engine box (type vllm) on its "
            "route completions takes text alone: set engine.route to chat or responses or "
            "messages");
}

}  // namespace
}  // namespace monsoon
