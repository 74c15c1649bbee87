// Command lines and the scenarios that they become, byte for byte (tests/golden/evalscope): the six
// of the engine shoot-out that this project began with, and the rest of the flags. That the
// scenarios can be read is tested end to end (tests/e2e/from_evalscope_test.py).
#include "controller/core/evalscope/translate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/core/evalscope/shell_words.h"
#include "tests/golden/golden.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

absl::StatusOr<std::string> NoFile(const std::string& path) {
  return absl::NotFoundError("the file " + path + " cannot be read");
}

absl::StatusOr<std::string> Translate(std::string_view line, const ReadTextFile& read = NoFile) {
  const auto words = SplitShellWords(line);
  if (!words.ok()) return words.status();
  const auto command = ParseEvalscopeCommand(*words);
  if (!command.ok()) return command.status();
  return TranslateEvalscope(*command, read);
}

std::string TextOf(std::string_view line, const ReadTextFile& read = NoFile) {
  const absl::StatusOr<std::string> text = Translate(line, read);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.value_or("");
}

std::string ErrorOf(std::string_view line) {
  return std::string(Translate(line).status().message());
}

constexpr char kShort[] =
    "llmuses perf --model m --url http://h:8000/v1/chat/completions "
    "--dataset-path p.txt ";

TEST(TranslateTest, GoldenCommands) {
  const std::vector<std::string> commands = ListGolden("evalscope", ".sh");
  EXPECT_EQ(commands.size(), 13u);
  for (const std::string& name : commands) {
    SCOPED_TRACE(name);
    const std::string text = TextOf(ReadGolden(name));
    EXPECT_THAT(text, Not(HasSubstr("sk-not-to-be-shown")));
    ExpectGolden(text, name.substr(0, name.size() - 3) + ".yaml");
  }
}

// Nothing that the command says may be lost in silence.
TEST(TranslateTest, EveryFlagIsMappedOrNamed) {
  for (const EvalscopeFlag& flag : EvalscopeFlags()) {
    if (flag.no_counterpart.empty()) continue;
    const std::string value = flag.arity == FlagArity::kSwitch ? "" : " 7";
    EXPECT_THAT(TextOf(std::string(kShort) + std::string(flag.name) + value),
                HasSubstr("# - " + std::string(flag.name)));
  }
}

TEST(TranslateTest, AFlagOfTheOtherGenerationIsNamed) {
  EXPECT_THAT(TextOf(std::string(kShort) + "--min-tokens 5"),
              HasSubstr("--min-tokens: no flag of `llmuses perf`"));
}

TEST(TranslateTest, ValuesAreChecked) {
  const std::string error = ErrorOf(std::string(kShort) +
                                    "--parallel 0 --temperature warm -n 1.5 --dataset open_qa "
                                    "--api opanai --query-template '[1]' --extra-args x");
  EXPECT_THAT(error, HasSubstr("--parallel is '0': expected at least 1"));
  EXPECT_THAT(error, HasSubstr("--temperature is 'warm': expected a number from 0 to 2"));
  EXPECT_THAT(error, HasSubstr("--number is '1.5': expected a whole number from 1 to"));
  EXPECT_THAT(error, HasSubstr("did you mean 'openqa'?"));
  EXPECT_THAT(error, HasSubstr("did you mean 'openai'?"));
  EXPECT_THAT(error, HasSubstr("--query-template is no JSON object"));
  EXPECT_THAT(ErrorOf("llmuses perf"), HasSubstr("--model is missing"));
  EXPECT_THAT(ErrorOf("llmuses perf"), HasSubstr("--url is missing"));
}

TEST(TranslateTest, WhatCannotBeSentIsAnErrorWithAReason) {
  EXPECT_THAT(ErrorOf("evalscope perf --model m --dataset flickr8k"), HasSubstr("no images"));
  EXPECT_THAT(ErrorOf("evalscope perf --model m --dataset random"),
              HasSubstr("needs --tokenizer-path"));
  EXPECT_THAT(ErrorOf("evalscope perf --model m --open-loop"), HasSubstr("needs --rate"));
  EXPECT_THAT(ErrorOf("evalscope perf --model m --parallel 1 2 --number 1 2 3"),
              HasSubstr("--number has 3 values and there are 2 loads"));
  EXPECT_THAT(ErrorOf("llmuses perf --model m --url http://h/v2/models/e/generate_stream "
                      "--dataset-path p --api custom"),
              HasSubstr("needs --query-template"));
}

TEST(TranslateTest, ATemplateMayBeAFile) {
  const auto read = [](const std::string& path) -> absl::StatusOr<std::string> {
    EXPECT_EQ(path, "body.json");
    return std::string("{\n \"text_input\": \"%p\"\n}\n");
  };
  EXPECT_THAT(TextOf("llmuses perf --model m --url http://h/v2/models/e/generate_stream "
                     "--dataset-path p --query-template @body.json",
                     read),
              HasSubstr("query_template: '{\"text_input\":\"%p\"}'"));
  EXPECT_THAT(ErrorOf(std::string(kShort) + "--query-template @gone.json"),
              HasSubstr("gone.json cannot be read"));
}

TEST(TranslateTest, FlagsWinOverTheTemplateAndTheTemplateOverDefaults) {
  const std::string text = TextOf(
      std::string(kShort) +
      "--temperature 0.5 --query-template '{\"temperature\": 1, \"top_p\": 0.25, \"n\": 3}'");
  EXPECT_THAT(text, HasSubstr("temperature: 0.5"));
  EXPECT_THAT(text, HasSubstr("top_p: 0.25"));
  EXPECT_THAT(text, HasSubstr("    n: 3\n"));
}

TEST(TranslateTest, ASecretInTheUrlIsLeftOut) {
  const std::string text = TextOf(
      "evalscope perf --model m --url 'https://me:sk-1@h/v1/chat/completions?api_key=sk-2&v=3'");
  EXPECT_THAT(text, Not(HasSubstr("sk-")));
  EXPECT_THAT(text, HasSubstr("https://h/v1/chat/completions"));
  EXPECT_THAT(text, HasSubstr("v=3"));
  EXPECT_THAT(text, HasSubstr("carried a secret"));
}

TEST(TranslateTest, EvalscopeCompletesUrlsAndLlmusesDoesNot) {
  EXPECT_THAT(TextOf("evalscope perf --model m --url http://h:1/v1/"),
              HasSubstr("url: \"http://h:1/v1/chat/completions\""));
  EXPECT_THAT(TextOf("evalscope perf --model m --url http://h:1/v1 --api openai_embedding "
                     "--dataset embedding --dataset-path t.txt"),
              HasSubstr("url: \"http://h:1/v1/embeddings\""));
  EXPECT_THAT(TextOf("llmuses perf --model m --dataset-path p --url http://h:1/v1"),
              HasSubstr("url: \"http://h:1/v1\""));
}

TEST(TranslateTest, ABareUrlIsKeptWithAWordOnWhatItProbablyShouldBe) {
  const std::string bare = TextOf("evalscope perf --model m --url http://gpu1:8000/");
  EXPECT_THAT(bare, HasSubstr("url: \"http://gpu1:8000/chat/completions\""));
  EXPECT_THAT(bare, HasSubstr("Most engines serve\n  # http://gpu1:8000/v1/chat/completions"));
  EXPECT_LT(bare.find("Most engines"), bare.find("url: "));
  for (const char* const url : {"http://gpu1:8000/v1", "http://gpu1:8000/v1/completions"}) {
    EXPECT_THAT(TextOf(std::string("evalscope perf --model m --url ") + url),
                Not(HasSubstr("Most engines")));
  }
}

TEST(TranslateTest, APortNamesNoEngineThatLacksTheRoute) {
  const std::string at = "evalscope perf --model m --url http://h:23333/v1 ";
  EXPECT_THAT(TextOf(at), HasSubstr("type: lmdeploy"));
  EXPECT_THAT(TextOf(at + "--api openai_embedding --dataset embedding --dataset-path t"),
              HasSubstr("type: openai"));
}

TEST(TranslateTest, BothAnswerLengthsStayWithAPrompt) {
  const std::string text = TextOf("evalscope perf --model m --prompt hi --max-tokens 20 10");
  EXPECT_THAT(text, HasSubstr("\n  output_tokens: {min: 10, max: 20}"));
  EXPECT_THAT(text, HasSubstr("\n  max_tokens: 20 "));
  EXPECT_THAT(TextOf("evalscope perf --model m --prompt hi --max-tokens 10"),
              Not(HasSubstr("output_tokens")));
}

TEST(TranslateTest, AWholeBodyHasNoPlaceForAnswerLengths) {
  const std::string text = TextOf(
      "llmuses perf --model m --url http://h/v2/models/e/generate_stream --dataset-path p "
      "--query-template '{\"text_input\": \"%p\"}' --max-tokens 10 20");
  EXPECT_THAT(text, Not(HasSubstr("output_tokens")));
  EXPECT_THAT(text, HasSubstr("# - --max-tokens: the template is the whole body"));
}

TEST(TranslateTest, ShareGptWithoutAPathIsEvalscopesFile) {
  for (const std::string language : {"zh", "en"}) {
    const std::string command = "evalscope perf --model m --dataset share_gpt_" + language;
    EXPECT_THAT(TextOf(command),
                HasSubstr("hub: \"ms:swift/sharegpt/common_" + language + "_70k.jsonl\""));
    const std::string text = TextOf(command + " --dataset-path mine.jsonl");
    EXPECT_THAT(text, Not(HasSubstr("hub:")));
    EXPECT_THAT(text, HasSubstr("path: mine.jsonl"));
  }
}

// The flags of generated text are named, their defaults are not written.
TEST(TranslateTest, NothingIsGeneratedForEmbeddingsAndRerank) {
  for (const std::string end :
       {"--api openai_embedding --dataset embedding", "--api rerank --dataset rerank",
        "--url http://h/v1/embeddings --dataset embedding", "--url http://h/rerank?a=b "}) {
    const std::string command = "evalscope perf --model m --dataset-path t " + end;
    EXPECT_THAT(TextOf(command), Not(HasSubstr("sampling"))) << command;
    const std::string text =
        TextOf(command + " --max-tokens 5 9 --top-k 3 --stream --query-template '{\"seed\": 1}'");
    EXPECT_THAT(text, Not(HasSubstr("sampling"))) << command;
    EXPECT_THAT(text, Not(HasSubstr("output_tokens"))) << command;
    EXPECT_THAT(text, Not(HasSubstr("extra_body"))) << command;
    for (const char* const flag :
         {"--max-tokens", "--top-k", "--stream", "--query-template seed"}) {
      EXPECT_THAT(text, HasSubstr(std::string("# - ") + flag + ": embeddings and rerank generate"));
    }
  }
  EXPECT_THAT(TextOf("evalscope perf --model m --api openai_responses"),
              HasSubstr("max_tokens: 2048"));
}

TEST(TranslateTest, TextsInARequestAreTheDatasetsBatchSize) {
  const std::string embed =
      "evalscope perf --model m --api openai_embedding --dataset embed --dataset-path t "
      "--extra-args ";
  const std::string text = TextOf(embed + "'{\"batch_size\": 8, \"dimensions\": 256}'");
  EXPECT_THAT(text, HasSubstr("\n  batch_size: 8 "));
  EXPECT_THAT(text, HasSubstr("\n    dimensions: 256\n"));
  EXPECT_THAT(text, Not(HasSubstr("\n    batch_size")));
  EXPECT_THAT(ErrorOf(embed + "'{\"batch_size\": 0}'"),
              HasSubstr("batch_size 0: expected a whole number from 1 to 100000"));
  const std::string rerank = TextOf(
      "evalscope perf --model m --api openai_rerank --dataset rerank --dataset-path t "
      "--extra-args '{\"batch_size\": 8}'");
  EXPECT_THAT(rerank, Not(HasSubstr("batch_size: 8")));
  EXPECT_THAT(rerank, HasSubstr("# - --extra-args batch_size: only an embedding dataset"));
}

}  // namespace
}  // namespace monsoon
