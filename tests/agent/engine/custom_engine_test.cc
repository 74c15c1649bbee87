// Engines that a scenario describes: what is sent, and answers of every framing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "agent/core/engine/adapter_registry.h"
#include "tests/agent/engine/decode.h"
#include "tests/agent/engine/native_streams.h"

namespace monsoon {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using Lines = std::vector<std::string>;

AgentCase CustomCase(const CustomEngine& custom) {
  AgentCase agent_case = CaseFor("custom");
  agent_case.engine.custom = custom;
  return agent_case;
}

CustomEngine ArticleTriton() {
  return {.body_json = R"({"text_input":"%p","max_tokens":512,"stream":true})",
          .pointers = {.text = "/text_output", .done = "eof"}};
}

std::string Body(const std::string& body_json, const Item& item, const std::string& prefix = "") {
  CustomEngine custom = ArticleTriton();
  custom.body_json = body_json;
  const auto adapter = MakeEngineAdapter(CustomCase(custom));
  EXPECT_TRUE(adapter.ok()) << adapter.status();
  const auto body = (*adapter)->BuildBody(item, prefix);
  EXPECT_TRUE(body.ok()) << body.status();
  return body.value_or("");
}

Lines Decode(const CustomEngine& custom, const Answer& answer) {
  DecoderScratch scratch;
  return DecodeEveryWay(*MakeEngineAdapter(CustomCase(custom)).value()->NewDecoder(&scratch),
                        answer);
}

TEST(CustomEngine, TheBodyIsTheScenariosOwn) {
  EXPECT_EQ(Body(R"({"text_input":"%p","max_tokens":512,"stream":true})",
                 {ItemKind::kPrompt, "Say \"hi\"\n"}, "[7] "),
            R"({"text_input":"[7] Say \"hi\"\n","max_tokens":512,"stream":true})");
  EXPECT_EQ(Body(R"({"%p":1,"a":["<%p> %m",{"b":"{prompt}{model}"}],"c":null})",
                 {ItemKind::kPrompt, "%m{prompt}"}),
            R"({"%p":1,"a":["<%m{prompt}> m",{"b":"%m{prompt}m"}],"c":null})");
}

TEST(CustomEngine, MaxTokensWhereThereIsAPlaceForIt) {
  EXPECT_EQ(Body(R"({"p":"%p","n":"%n","o":"{max_tokens}","x":"%n!"})", {ItemKind::kPrompt, "a"}),
            R"({"p":"a","n":512,"o":512,"x":"%n!"})");
  EXPECT_EQ(Body(R"({"n":"%n"})", {ItemKind::kPrompt, "a", 7}), R"({"n":7})");
  const auto adapter = MakeEngineAdapter(CustomCase(ArticleTriton())).value();
  EXPECT_THAT(std::string(adapter->BuildBody({ItemKind::kPrompt, "a", 7}, "").status().message()),
              HasSubstr("put \"%n\" into the custom engine's body"));
  AgentCase no_limit = CustomCase({.body_json = R"({"n":"%n"})", .pointers = {.text = "/t"}});
  no_limit.sampling.max_tokens.reset();
  EXPECT_THAT(std::string(MakeEngineAdapter(no_limit).status().message()),
              HasSubstr("sampling.max_tokens is null"));
}

TEST(CustomEngine, SamplingThatNoBodyCouldTakeIsRefused) {
  AgentCase agent_case = CustomCase(ArticleTriton());
  agent_case.sampling.top_k = 3;
  EXPECT_THAT(
      std::string(MakeEngineAdapter(agent_case).status().message()),
      HasSubstr("has no parameter top_k; leave it out and write it into the engine's body"));
}

TEST(CustomEngine, AMaxTokensWithoutAPlaceForItIsRefused) {
  AgentCase agent_case = CustomCase(ArticleTriton());
  agent_case.sampling.max_tokens = 64;
  EXPECT_THAT(std::string(MakeEngineAdapter(agent_case).status().message()),
              HasSubstr("sampling.max_tokens is 64, and the custom engine's body has no place"));
  agent_case.engine.custom.body_json = R"({"n":"%n"})";
  EXPECT_TRUE(MakeEngineAdapter(agent_case).ok());
}

TEST(CustomEngine, DescriptionsThatCannotBe) {
  CustomEngine custom = ArticleTriton();
  custom.body_json = "";
  EXPECT_THAT(std::string(MakeEngineAdapter(CustomCase(custom)).status().message()),
              HasSubstr("must be a JSON object or array"));
  custom = ArticleTriton();
  custom.pointers.text = "text_output";
  EXPECT_THAT(std::string(MakeEngineAdapter(CustomCase(custom)).status().message()),
              HasSubstr("\"text_output\": expected a JSON pointer"));
}

TEST(CustomEngine, TheArticlesTriton) {
  EXPECT_EQ(Decode(ArticleTriton(), {std::string(kTritonStream)}),
            (Lines{"event", "content Hi", "event", "content  there", "end clean_eof"}));
}

TEST(CustomEngine, CumulativeEventsWithAFlagAtTheEnd) {
  const CustomEngine custom = {.body_json = "{}",
                               .mode = AnswerMode::kCumulative,
                               .pointers = {.text = "/out/0/text",
                                            .reasoning = "/out/0/why",
                                            .finish_reason = "/why_end",
                                            .input_tokens = "/n/in",
                                            .output_tokens = "/n/out",
                                            .cached_tokens = "/n/cached",
                                            .done = "/last"}};
  const std::string body =
      "data: {\"out\":[{\"text\":\"\",\"why\":\"so\"},{\"text\":\"x\"}],\"last\":null}\n\n"
      "data: {\"out\":[{\"text\":\"Hi\"}],\"last\":false}\n\n"
      "data: {\"out\":[{\"text\":\"Hi\xEF\xBF\xBD\"}]}\n\n"
      "data: {\"out\":[{\"text\":\"Hi \xE4\xBD\xA0\"}],\"why_end\":\"max_tokens\",\"last\":true,"
      "\"n\":{\"in\":\"7\",\"out\":3.0,\"cached\":1}}\n\n";
  EXPECT_EQ(Decode(custom, {body}),
            (Lines{"event", "reasoning so", "event", "content Hi", "event", "event",
                   "content  \xE4\xBD\xA0", "usage 7 3 1 -1", "finish length", "end terminator"}));
}

TEST(CustomEngine, Lines) {
  const CustomEngine custom = {.body_json = "{}",
                               .framing = AnswerFraming::kNdjson,
                               .pointers = {.text = "/t", .output_tokens = "/n", .done = "eof"}};
  const std::string body = "{\"t\":\"a\",\"n\":1}\n{\"t\":\"b\",\"n\":3}\n";
  const Lines expected = {"event",     "content a", "tokens 1",         "usage -1 1 -1 -1", "event",
                          "content b", "tokens 2",  "usage -1 3 -1 -1", "end clean_eof"};
  for (const char* type : {"application/x-ndjson", "application/json", "text/plain", ""}) {
    EXPECT_EQ(Decode(custom, {body, 200, type}), expected) << type;
  }
}

TEST(CustomEngine, OneDocument) {
  const CustomEngine custom = {.body_json = "{}",
                               .framing = AnswerFraming::kJson,
                               .pointers = {.text = "/a/*/t", .done = "eof"}};
  EXPECT_EQ(Decode(custom, {R"({"a":[{"t":"x"},{"u":1},{"t":"y"}]})", 200, "application/json"}),
            (Lines{"flag not_streamed", "event", "content x", "content y", "end terminator"}));
}

// * and an index for one array, whichever of them comes first in the scenario.
TEST(CustomEngine, EveryElementAndOneElement) {
  const std::string body =
      "data: {\"choices\":[{\"text\":\"a\",\"why\":\"stop\"},"
      "{\"text\":\"b\",\"why\":\"length\"}]}\n\n";
  const auto decode = [&body](const std::string& text, const std::string& why) {
    return Decode(
        {.body_json = "{}", .pointers = {.text = text, .finish_reason = why, .done = "eof"}},
        {body});
  };
  EXPECT_EQ(decode("/choices/*/text", "/choices/0/why"),
            (Lines{"event", "content a", "content b", "finish stop", "end clean_eof"}));
  EXPECT_EQ(decode("/choices/1/text", "/choices/*/why"),
            (Lines{"event", "content b", "finish length", "end clean_eof"}));
  EXPECT_EQ(decode("/choices/0/text", "/choices/1/why"),
            (Lines{"event", "content a", "finish length", "end clean_eof"}));
}

TEST(CustomEngine, EveryElementAndOneElementOfNestedArrays) {
  const std::string body =
      "data: [{\"b\":[[\"p\",\"q\"],[\"r\",\"s\"]]},"
      "{\"b\":[[\"t\",\"u\"]]}]\n\n";
  const auto decode = [&body](const std::string& text, const std::string& why) {
    return Decode({.body_json = "{}", .pointers = {.text = text, .reasoning = why, .done = "eof"}},
                  {body});
  };
  EXPECT_EQ(decode("/*/b/0/1", "/0/b/*/0"), (Lines{"event", "reasoning p", "content q",
                                                   "reasoning r", "content u", "end clean_eof"}));
  EXPECT_EQ(decode("/0/b/*/0", "/*/b/0/*"),
            (Lines{"event", "content p", "reasoning p", "reasoning q", "content r", "reasoning t",
                   "reasoning u", "end clean_eof"}));
}

TEST(CustomEngine, ErrorsWhereTheScenarioSaysTheyAre) {
  CustomEngine custom = ArticleTriton();
  custom.pointers.error = "/fault";
  const auto decode = [&custom](const std::string& fault) {
    return Decode(custom, {"data: {\"text_output\":\"a\",\"fault\":" + fault + "}\n\n"});
  };
  for (const char* none : {"null", "false", "0", "\"\"", "[]", "{}"}) {
    EXPECT_THAT(decode(none), Contains("content a")) << none;
  }
  EXPECT_THAT(decode("\"boom\""), Contains("error error_in_stream: boom"));
  for (const char* some : {"true", "7", "[1]", "{\"a\":1}"}) {
    EXPECT_THAT(decode(some), Contains(HasSubstr("error error_in_stream: {\"text_output\"")))
        << some;
  }
  // The usual places are looked at as well.
  EXPECT_THAT(Decode(custom, {"data: {\"error\":{\"message\":\"x\"}}\n\n"}),
              Contains("error error_in_stream: x"));
}

}  // namespace
}  // namespace monsoon
