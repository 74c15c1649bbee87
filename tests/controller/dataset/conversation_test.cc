// The shapes of ShareGPT and of chat messages, embeddings and rerank inputs.
#include <gtest/gtest.h>

#include <string>

#include "controller/core/dataset/entry_parser.h"

namespace monsoon {
namespace {

struct Outcome {
  std::string error;
  std::string lacking;
  ItemKind kind = ItemKind::kPrompt;
  std::string content;
  std::string reference;
  int64_t characters = 0;
};

Outcome Parse(const EntryRules& rules, const std::string& text) {
  EntryParser parser(rules);
  // What an earlier entry left behind must not show.
  ParsedEntry entry{{ItemKind::kBody, "old", 9}, 77, "old", "old"};
  const absl::Status status = parser.Parse({.offset = 0, .text = text, .at = {7, 1}}, entry);
  if (!status.ok()) return {.error = std::string(status.message())};
  EXPECT_EQ(entry.item.output_tokens, 0);
  if (!entry.lacking.empty()) return {.lacking = std::string(entry.lacking)};
  return {"", "", entry.item.kind, entry.item.content, entry.reference, entry.characters};
}

EntryRules ShareGpt(ConversationTurns turns, bool want_reference = true) {
  EntryRules rules(DatasetFormat::kSharegpt);
  rules.turns = turns;
  rules.want_reference = want_reference;
  return rules;
}
const EntryRules kFirst = ShareGpt(ConversationTurns::kFirst);
const EntryRules kAll = ShareGpt(ConversationTurns::kAll);

const char* const kSameConversation[] = {
    R"({"id":"x","conversations":[{"from":"human","value":"你好"},{"from":"gpt","value":"Hi."},)"
    R"({"from":"human","value":"Why?"},{"from":"gpt","value":"Because."}]})",
    R"({"conversation":[{"human":"你好","assistant":"Hi."},{"human":"Why?","assistant":"Because."}]})",
    R"({"messages":[{"role":"user","content":"你好"},{"role":"assistant","content":"Hi."},)"
    R"({"role":"user","content":"Why?"},{"role":"assistant","content":"Because."}]})",
    R"({"items":[{"from":"user","value":"你好"},{"from":"chatgpt","value":"Hi."},)"
    R"({"from":"human","value":"Why?"},{"from":"bard","value":"Because."}]})"};

TEST(ShareGptTest, TheFirstHumanTurnInEveryShape) {
  for (const char* const text : kSameConversation) {
    const Outcome read = Parse(kFirst, text);
    EXPECT_EQ(read.error, "");
    EXPECT_EQ(read.kind, ItemKind::kPrompt);
    EXPECT_EQ(read.content, "你好");
    EXPECT_EQ(read.reference, "Hi.");
    EXPECT_EQ(read.characters, 2);
  }
}

TEST(ShareGptTest, TheWholeConversationInEveryShape) {
  for (const char* const text : kSameConversation) {
    const Outcome read = Parse(kAll, text);
    EXPECT_EQ(read.error, "");
    EXPECT_EQ(read.kind, ItemKind::kMessages);
    EXPECT_EQ(read.content,
              R"([{"role":"user","content":"你好"},{"role":"assistant","content":"Hi."},)"
              R"({"role":"user","content":"Why?"}])");
    EXPECT_EQ(read.reference, "Because.");
    EXPECT_EQ(read.characters, 9);
  }
}

TEST(ShareGptTest, PiecesOfConversations) {
  // The published file is cut into pieces: many begin with the model, some are empty.
  const std::string model_first =
      R"({"conversations":[{"from":"gpt","value":"A"},{"from":"human","value":"B"},)"
      R"({"from":"gpt","value":"C"}]})";
  EXPECT_EQ(Parse(kFirst, model_first).content, "B");
  EXPECT_EQ(Parse(kFirst, model_first).reference, "C");
  EXPECT_EQ(Parse(kFirst, R"({"conversations":[]})").lacking, "no human turn with text");
  EXPECT_EQ(Parse(kAll, R"({"conversations":[{"from":"gpt","value":"A"}]})").lacking,
            "no human turn with text");
  EXPECT_EQ(Parse(kFirst, R"({"conversations":[{"from":"human","value":" "}]})").lacking,
            "no human turn with text");
  const std::string unanswered =
      R"({"conversations":[{"from":"system","value":"S"},{"from":"human","value":"B"}]})";
  EXPECT_EQ(Parse(kFirst, unanswered).lacking, "no reference answer");
  EXPECT_EQ(Parse(ShareGpt(ConversationTurns::kFirst, false), unanswered).content, "B");
  EXPECT_EQ(Parse(ShareGpt(ConversationTurns::kAll, false), unanswered).content,
            R"([{"role":"system","content":"S"},{"role":"user","content":"B"}])");
  // Two answers in a row: neither is sent.
  EXPECT_EQ(
      Parse(kAll, R"({"conversation":[{"human":"B","assistant":"C"},{"assistant":"D"}]})").content,
      R"([{"role":"user","content":"B"}])");
  // Human turns before a question that was answered stay.
  EXPECT_EQ(Parse(kAll, R"({"conversation":[{"human":"B"},{"human":"C","assistant":"D"},)"
                        R"({"human":"E"}]})")
                .content,
            R"([{"role":"user","content":"B"},{"role":"user","content":"C"}])");
}

TEST(ShareGptTest, WhatIsNoConversationIsNamed) {
  EXPECT_EQ(Parse(kFirst, R"({"question":"x"})").error,
            "7:1: expected a conversation, an object with a list \"conversations\", "
            "\"conversation\", \"items\" or \"messages\", found an object with the fields "
            "\"question\"");
  EXPECT_EQ(Parse(kFirst, R"({"conversations":"x"})").error,
            "7:1: expected \"conversations\" to be a list of turns, found a string");
  EXPECT_EQ(Parse(kFirst, R"({"conversations":[{"from":"human","value":"a"},{"text":"b"}]})").error,
            "7:1: expected turn 2 to be {\"from\", \"value\"}, {\"role\", \"content\"} or "
            "{\"human\", \"assistant\"}, found an object with the fields \"text\"");
  EXPECT_EQ(Parse(kFirst, R"({"conversations":[{"from":"martian","value":"a"}]})").error,
            "7:1: expected \"from\" of turn 1 to be human, gpt or system, found \"martian\"");
  EXPECT_EQ(Parse(kFirst, R"({"conversations":[{"from":"human","value":5}]})").error,
            "7:1: expected \"value\" of turn 1 to be a string, found a number");
  EXPECT_EQ(Parse(kFirst, R"({"conversations":[)").error,
            "7:19: expected a conversation, a JSON object, found broken JSON: it ends too early, "
            "as if cut in half");
}

EntryRules Messages(bool want_reference) {
  EntryRules rules(DatasetFormat::kMessages);
  rules.want_reference = want_reference;
  return rules;
}

TEST(MessagesTest, AreSentAsTheyAreWithoutTheirAnswer) {
  const std::string question = R"({"role":"user","content":"为什么?","name":"n","x":[1.5,null]})";
  const std::string answer = R"({"role":"assistant","content":"Because it is."})";
  for (const std::string& text :
       {"[" + question + "," + answer + "]",
        R"({"tools":[], "messages": [ )" + question + " , " + answer + " ]}"}) {
    const Outcome read = Parse(Messages(true), text);
    EXPECT_EQ(read.error, "");
    EXPECT_EQ(read.kind, ItemKind::kMessages);
    EXPECT_EQ(read.content, "[" + question + "]");
    EXPECT_EQ(read.reference, "Because it is.");
    EXPECT_EQ(read.characters, 4);
  }
  const std::string history = "[" + question + "," + answer + "," + question + "]";
  EXPECT_EQ(Parse(Messages(false), history).content, history);
  EXPECT_EQ(Parse(Messages(true), history).lacking, "no reference answer");
  EXPECT_EQ(Parse(Messages(false), "[" + answer + "]").lacking, "no message but the assistant's");
}

TEST(MessagesTest, WhatAreNoMessagesIsNamed) {
  EXPECT_EQ(Parse(Messages(false), R"({"prompt":"x"})").error,
            "7:1: expected chat messages, an object with a list \"messages\" or such a list, found "
            "an object with the fields \"prompt\"");
  EXPECT_EQ(Parse(Messages(false), R"([{"content":"x"}])").error,
            "7:1: expected an array of chat messages, objects with a string \"role\", found an "
            "object with the fields \"content\" as message 1");
  EXPECT_EQ(Parse(Messages(false), R"([{"role":"user","content":""}])").error,
            "7:1: expected messages with text, found none");
}

TEST(LongAlpacaTest, TheOutputIsTheReferenceAnswer) {
  EntryRules rules(DatasetFormat::kLongalpaca);
  rules.want_reference = true;
  EXPECT_EQ(Parse(rules, R"({"instruction":"A","output":"B c."})").reference, "B c.");
  EXPECT_EQ(Parse(rules, R"({"instruction":"A","output":""})").lacking, "no reference answer");
  EXPECT_EQ(Parse(rules, R"({"instruction":"A"})").lacking, "no reference answer");
}

EntryRules Embedding(int64_t batch_size) {
  EntryRules rules(DatasetFormat::kEmbedding);
  rules.batch_size = batch_size;
  return rules;
}

TEST(EmbeddingTest, TextsInEveryShape) {
  for (const char* const text :
       {"He said \"hi\", 你", R"("He said \"hi\", 你")", R"({"text":"He said \"hi\", 你"})",
        R"({"input":"He said \"hi\", 你"})", R"({"sentence":"He said \"hi\", 你","id":1})",
        R"({"content":["He said \"hi\", 你"]})"}) {
    const Outcome read = Parse(Embedding(1), text);
    EXPECT_EQ(read.error, "") << text;
    EXPECT_EQ(read.kind, ItemKind::kTexts);
    EXPECT_EQ(read.content, R"(["He said \"hi\", 你"])");
    EXPECT_EQ(read.characters, 15);
  }
  EXPECT_EQ(Parse(Embedding(1), R"(["a","bc"])").content, R"(["a","bc"])");
  EXPECT_EQ(Parse(Embedding(8), R"(["a","bc"])").error,
            "7:1: expected one text in each entry, because batch_size is 8, found a list of 2");
  EXPECT_EQ(Parse(Embedding(1), R"(["a",""])").error,
            "7:1: expected each text to have text, found none in number 2");
  EXPECT_EQ(Parse(Embedding(1), R"({"question":"a"})").error,
            "7:1: expected a text to embed, an object with \"text\", \"input\", \"sentence\" or "
            "\"content\", found an object with the fields \"question\"");
  EXPECT_EQ(Parse(Embedding(1), "\"Hello,\" she said.").error,
            "7:1: expected a text to embed (one that begins with '[', '{' or '\"' is JSON), found "
            "the text \"\"Hello,\" she said.\"");
}

TEST(RerankTest, AQueryAndItsDocuments) {
  const EntryRules rules(DatasetFormat::kRerank);
  for (const char* const text :
       {R"({"query":"q?","documents":["a","文"],"id":3})",
        R"({"passages":["a","文"],"query":"q?"})",
        R"({"query":"q?","texts":[{"text":"a","title":"t"},{"text":"文"}]})"}) {
    const Outcome read = Parse(rules, text);
    EXPECT_EQ(read.error, "") << text;
    EXPECT_EQ(read.kind, ItemKind::kRerank);
    EXPECT_EQ(read.content, R"({"query":"q?","documents":["a","文"]})");
    EXPECT_EQ(read.characters, 4);
  }
  const std::string expected =
      "7:1: expected an object with a string \"query\" and a list \"documents\", found ";
  EXPECT_EQ(Parse(rules, R"({"query":"q"})").error,
            expected + "an object with the fields \"query\"");
  EXPECT_EQ(Parse(rules, R"(["q"])").error, expected + "an array");
  EXPECT_EQ(Parse(rules, R"({"query":"q","documents":[]})").error,
            "7:1: expected at least one document, found an empty list");
  EXPECT_EQ(Parse(rules, R"({"query":"q","documents":["a",7]})").error,
            "7:1: expected each document to be a string, found a number as number 2");
  EXPECT_EQ(Parse(rules, R"({"query":" ","documents":["a"]})").error,
            "7:1: expected text in \"query\", found none");
}

}  // namespace
}  // namespace monsoon
