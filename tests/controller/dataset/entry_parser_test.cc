#include "controller/core/dataset/entry_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include <nlohmann/json.hpp>

#include "controller/core/dataset/permutation.h"

namespace monsoon {
namespace {

constexpr auto kOpenqa = DatasetFormat::kOpenqa;
constexpr auto kLongalpaca = DatasetFormat::kLongalpaca;
constexpr auto kLineByLine = DatasetFormat::kLineByLine;

struct GoodEntry {
  DatasetFormat format;
  std::string text;
  ItemKind kind;
  std::string content;
  int64_t characters;
};

class GoodEntryTest : public ::testing::TestWithParam<GoodEntry> {};

TEST_P(GoodEntryTest, BecomesTheItem) {
  EntryParser parser(GetParam().format);
  ParsedEntry entry;
  const absl::Status status = parser.Parse({.offset = 0, .text = GetParam().text, .at = {}}, entry);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(entry.item.kind, GetParam().kind);
  EXPECT_EQ(entry.item.content, GetParam().content);
  EXPECT_EQ(entry.characters, GetParam().characters);
}

const std::string kChat = R"([{"role":"system","content":"是"},{"role":"user","content":"Hi!"}])";

INSTANTIATE_TEST_SUITE_P(
    Entries, GoodEntryTest,
    ::testing::Values(
        GoodEntry{kOpenqa, R"({"question":"为什么?","human_answers":["因为"],"n":1})",
                  ItemKind::kPrompt, "为什么?", 4},
        GoodEntry{kOpenqa, R"( {"id":3, "question":"a\n\u4e3a\"b\ud83d\ude00"} )",
                  ItemKind::kPrompt, "a\n为\"b😀", 6},
        GoodEntry{kOpenqa, R"({"question":"a\u0000b"})", ItemKind::kPrompt, std::string("a\0b", 3),
                  3},
        GoodEntry{kLongalpaca, R"({"instruction":"Sum up.","output":"x"})", ItemKind::kPrompt,
                  "Sum up.", 7},
        GoodEntry{kLongalpaca, R"({"instruction":"Sum up.","input":""})", ItemKind::kPrompt,
                  "Sum up.", 7},
        GoodEntry{kLongalpaca, R"({"instruction":"Sum up.","input":null})", ItemKind::kPrompt,
                  "Sum up.", 7},
        GoodEntry{kLongalpaca, R"({"input":"This.","instruction":"Sum up."})", ItemKind::kPrompt,
                  "Sum up.\n\nThis.", 14},
        GoodEntry{kLineByLine, "  你好, {world}\t", ItemKind::kPrompt, "  你好, {world}\t", 14},
        GoodEntry{kLineByLine, "\"quoted\"", ItemKind::kPrompt, "\"quoted\"", 8},
        GoodEntry{kLineByLine, kChat, ItemKind::kMessages, kChat, 4},
        GoodEntry{kLineByLine, "  " + kChat + " \t", ItemKind::kMessages, kChat, 4},
        GoodEntry{kLineByLine,
                  R"([{"role":"user","content":[{"type":"text","text":"ab"},)"
                  R"({"type":"image_url","image_url":{"url":"u"}}]}])",
                  ItemKind::kMessages,
                  R"([{"role":"user","content":[{"type":"text","text":"ab"},)"
                  R"({"type":"image_url","image_url":{"url":"u"}}]}])",
                  2},
        GoodEntry{kLineByLine, R"({"model":"m","messages":)" + kChat + "}", ItemKind::kBody,
                  R"({"model":"m","messages":)" + kChat + "}", 4},
        GoodEntry{kLineByLine, R"({"prompt":"abc"})", ItemKind::kBody, R"({"prompt":"abc"})", 3},
        GoodEntry{kLineByLine, R"({"prompt":["ab","c"]})", ItemKind::kBody,
                  R"({"prompt":["ab","c"]})", 3},
        GoodEntry{kLineByLine, R"({"prompt":[101,102]})", ItemKind::kBody,
                  R"({"prompt":[101,102]})", 0},
        GoodEntry{kLineByLine, R"({"inputs":"abc"})", ItemKind::kBody, R"({"inputs":"abc"})", 3},
        GoodEntry{kLineByLine, R"({"text_input":"abc"})", ItemKind::kBody,
                  R"({"text_input":"abc"})", 3}));

struct BadEntry {
  DatasetFormat format;
  std::string text;
  std::string error;  // for an entry that begins at line 7, column 1
};

class BadEntryTest : public ::testing::TestWithParam<BadEntry> {};

TEST_P(BadEntryTest, IsNamedWithItsPlace) {
  EntryParser parser(GetParam().format);
  ParsedEntry entry;
  const absl::Status status =
      parser.Parse({.offset = 0, .text = GetParam().text, .at = {.line = 7, .column = 1}}, entry);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(status.message()), GetParam().error);
}

const std::string kWantQuestion = "expected a JSON object with a string \"question\", found ";
const std::string kWantChat =
    "expected an array of chat messages, objects with a string \"role\", found ";
const std::string kNoBracket =
    "expected an array of chat messages (a plain prompt cannot begin with '['), found ";

INSTANTIATE_TEST_SUITE_P(
    Entries, BadEntryTest,
    ::testing::Values(
        BadEntry{kOpenqa, R"({"title":"x","body":1})",
                 "7:1: " + kWantQuestion + "an object with the fields \"title\", \"body\""},
        BadEntry{kOpenqa, "{}", "7:1: " + kWantQuestion + "an empty object"},
        BadEntry{kOpenqa, R"({"question":["x"]})",
                 "7:1: " + kWantQuestion + "an array as \"question\""},
        BadEntry{kOpenqa, R"({"question":null})", "7:1: " + kWantQuestion + "null as \"question\""},
        BadEntry{kOpenqa, "[1]", "7:1: " + kWantQuestion + "an array"},
        BadEntry{kOpenqa, "\"question\"", "7:1: " + kWantQuestion + "a string"},
        BadEntry{kOpenqa, "为什么天空是蓝色的",
                 "7:1: " + kWantQuestion + "the text \"为什么天空是蓝色的\""},
        // Cut in half: 13 characters are there, column 14 is missing.
        BadEntry{kOpenqa, R"({"question":")",
                 "7:14: " + kWantQuestion + "broken JSON: it ends too early, as if cut in half"},
        BadEntry{kOpenqa, R"({"question":"为什)",
                 "7:16: " + kWantQuestion + "broken JSON: it ends too early, as if cut in half"},
        BadEntry{kOpenqa, R"({"question":"a" "b"})",
                 "7:17: " + kWantQuestion + "broken JSON at \"\"b\"}\""},
        BadEntry{kOpenqa, R"({"question":"a"} extra)",
                 "7:18: " + kWantQuestion + "broken JSON at \"extra\""},
        BadEntry{kOpenqa, "{\"question\":\"为\xff\"}",
                 "7:15: " + kWantQuestion +
                     "text that is not valid UTF-8 (byte 0xff); convert the file to UTF-8"},
        BadEntry{kOpenqa, R"({"question":" \n"})",
                 "7:1: expected text in \"question\", found none"},
        BadEntry{
            kOpenqa, R"({"question":"x","n":123456789012345678901234567890})",
            "7:1: " + kWantQuestion + "JSON that cannot be read: Problem while parsing a number"},
        BadEntry{kLongalpaca, R"({"question":"x"})",
                 "7:1: expected a JSON object with a string \"instruction\", found an object with "
                 "the fields \"question\""},
        BadEntry{kLongalpaca, R"({"instruction":"x","input":5})",
                 "7:1: expected \"input\" to be a string, found a number"},
        BadEntry{kLineByLine, R"([{"role":"user","content":"a"},)",
                 "7:32: " + kNoBracket + "broken JSON: it ends too early, as if cut in half"},
        BadEntry{kLineByLine, "[Scene: a kitchen]",
                 "7:2: " + kNoBracket + "broken JSON at \"Scene: a kitchen]\""},
        BadEntry{kLineByLine, "[]", "7:1: " + kWantChat + "an empty array"},
        BadEntry{kLineByLine, R"([{"role":"user","content":"a"},3])",
                 "7:1: " + kWantChat + "a number as message 2"},
        BadEntry{kLineByLine, R"([{"content":"a"}])",
                 "7:1: " + kWantChat + "an object with the fields \"content\" as message 1"},
        BadEntry{kLineByLine, R"([{"role":"user","content":5}])",
                 "7:1: expected \"content\" to be a string or an array, found a number"},
        BadEntry{kLineByLine, R"([{"role":"user","content":""}])",
                 "7:1: expected a prompt with text, found none"},
        BadEntry{kLineByLine, R"({"question":"x"})",
                 "7:1: expected a request body with a prompt (\"messages\", \"prompt\", \"input\", "
                 "...), found an object with "
                 "the fields \"question\""},
        BadEntry{kLineByLine, std::string("ab\0c", 4),
                 "7:3: expected a prompt in UTF-8 text, found a NUL byte"},
        BadEntry{kLineByLine, "ab\xed\xa0\x80",
                 "7:3: expected a prompt in UTF-8 text, found text that is not valid UTF-8 (byte "
                 "0xed); convert the file to UTF-8"}));

TEST(EntryParserTest, JsonNestedTooDeeplyIsABadEntryNotACrash) {
  EntryParser parser(kOpenqa);
  ParsedEntry entry;
  const std::string deep = "{\"a\":" + std::string(5000, '[') + std::string(5000, ']') + "}";
  EXPECT_EQ(parser.Parse({.offset = 0, .text = deep, .at = {}}, entry).message(),
            "1:1: " + kWantQuestion + "JSON nested too deeply");
}

TEST(EntryParserTest, AgreesWithAnotherParserOnDamagedLines) {
  const std::string sound =
      R"({"id":-1.5e3,"ok":[true,false,null],"question":"\u4e3a\n为","x":{"y":[]}})";
  EntryParser parser(kOpenqa);
  ParsedEntry entry;
  int accepted = 0;
  for (uint64_t seed = 0; seed < 20000; ++seed) {
    SplitMix64 random(seed);
    std::string text = sound;
    for (uint64_t n = 1 + random.Below(2); n > 0; --n) {
      const size_t at = static_cast<size_t>(random.Below(text.size()));
      const char byte = "{}[]\",:\\ 0e-tn\n\x01\x80\xe4z"[random.Below(19)];
      switch (random.Below(3)) {
        case 0:
          text[at] = byte;
          break;
        case 1:
          text.insert(at, 1, byte);
          break;
        default:
          text.erase(at, 1);
      }
    }
    const nlohmann::json other = nlohmann::json::parse(text, nullptr, false);
    const bool sound_object = other.is_object() && other.contains("question") &&
                              other["question"].is_string() &&
                              !other["question"].get<std::string>().empty();
    const absl::Status status = parser.Parse({.offset = 0, .text = text, .at = {}}, entry);
    ASSERT_EQ(status.ok(), sound_object) << text << "\n" << status;
    if (status.ok()) {
      ++accepted;
      EXPECT_EQ(entry.item.content, other["question"].get<std::string>());
    }
  }
  EXPECT_GT(accepted, 1000);
}

}  // namespace
}  // namespace monsoon
