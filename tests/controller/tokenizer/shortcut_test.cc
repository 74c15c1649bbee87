// The shortcut of rust/src/shortcut.rs gives what the library gives, for texts of all kinds and for
// each form of tokenizer that it takes; others it leaves alone.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "controller/io/tokenizer/rust/monsoon_tokenizer.h"

namespace monsoon {
namespace {

using nlohmann::json;

struct Free {
  void operator()(MonsoonTokenizer* tokenizer) const { monsoon_tokenizer_free(tokenizer); }
};
using Handle = std::unique_ptr<MonsoonTokenizer, Free>;

const uint8_t* Bytes(const std::string& text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Handle Open(const std::string& text) {
  char* error = nullptr;
  Handle handle(monsoon_tokenizer_open(Bytes(text), text.size(), &error));
  EXPECT_NE(handle, nullptr) << error;
  monsoon_tokenizer_free_error(error);
  return handle;
}

template <typename Encode>
std::vector<uint32_t> Ids(const Encode& encode, const Handle& handle, const std::string& text) {
  std::vector<uint32_t> ids(3 * text.size() + 64);
  const int64_t size = encode(handle.get(), Bytes(text), text.size(), ids.data(), ids.size());
  EXPECT_GE(size, 0);
  EXPECT_LE(size, static_cast<int64_t>(ids.size()));
  ids.resize(static_cast<size_t>(size));
  return ids;
}

// Words, signs, spaces, several scripts, characters that NFC composes, added tokens and pieces of
// them, bytes that are no UTF-8.
std::string AnyText(std::mt19937_64& random) {
  static const std::vector<std::string> parts = {"hello",
                                                 " world",
                                                 "w",
                                                 "or",
                                                 "ll",
                                                 "He",
                                                 "WORLD",
                                                 "it's",
                                                 "WE'LL",
                                                 "1",
                                                 "23456",
                                                 " 7",
                                                 ".",
                                                 ", ",
                                                 "!?",
                                                 "--",
                                                 "(",
                                                 "_",
                                                 "<",
                                                 "|",
                                                 ">",
                                                 "<|end|>",
                                                 "<|end",
                                                 "<|im_end|>",
                                                 "<think>",
                                                 "think>",
                                                 " ",
                                                 "  ",
                                                 "     ",
                                                 "\t",
                                                 "\n",
                                                 "\r\n",
                                                 "\n\n\n",
                                                 "\u00a0",
                                                 "\u3000",
                                                 "\u2028",
                                                 "\u0085",
                                                 "\u00e9",
                                                 "e\u0301",
                                                 "\u0301",
                                                 "\u212b",
                                                 "\u4eca\u5929",
                                                 "\u4ed6",
                                                 "\uff0c",
                                                 "\u3002",
                                                 "\u304c",
                                                 "\u304b\u3099",
                                                 "\ud55c\uad6d",
                                                 "\u1112\u1161\u11ab",
                                                 "\u0416\u0438",
                                                 "\u0928\u093c",
                                                 "\u0e01",
                                                 "\u05e9\u05b8",
                                                 "\U0001F600",
                                                 "\U0001F468\u200d\U0001F469",
                                                 "\u2160",
                                                 "\u00b2",
                                                 "\u00bd",
                                                 "\ufb01",
                                                 "\xff",
                                                 "\xe4\xbb",
                                                 std::string(1, '\0'),
                                                 "\x7f",
                                                 "\ufffd",
                                                 "\ue000",
                                                 "\U0010FFFF"};
  std::string text;
  for (uint64_t left = random() % 24; left > 0; --left) text += parts[random() % parts.size()];
  return text;
}

void ExpectTheSame(const Handle& handle, int texts) {
  std::mt19937_64 random(20);
  for (int i = 0; i < texts; ++i) {
    const std::string text = AnyText(random);
    const std::vector<uint32_t> plain = Ids(monsoon_tokenizer_encode_plainly, handle, text);
    ASSERT_EQ(Ids(monsoon_tokenizer_encode, handle, text), plain) << text;
    ASSERT_EQ(monsoon_tokenizer_count(handle.get(), Bytes(text), text.size()),
              static_cast<int64_t>(plain.size()))
        << text;
  }
}

class ShortcutTest : public testing::Test {
 protected:
  static json Fixture() { return json::parse(ReadFile("tests/data/tokenizer/tokenizer.json")); }

  static void Expect(const json& tokenizer, bool shortcut) {
    const Handle handle = Open(tokenizer.dump());
    ASSERT_NE(handle, nullptr);
    EXPECT_EQ(monsoon_tokenizer_has_shortcut(handle.get()), shortcut);
    ExpectTheSame(handle, 2000);
  }
};

TEST_F(ShortcutTest, OfTheFixture) { Expect(Fixture(), true); }

TEST_F(ShortcutTest, OfQwen2) {
  const std::string text = ReadFile("../shared/tokenizers/qwen2/tokenizer.json");
  if (text.empty()) GTEST_SKIP() << "there is no ../shared/tokenizers/qwen2/tokenizer.json";
  const Handle handle = Open(text);
  EXPECT_TRUE(monsoon_tokenizer_has_shortcut(handle.get()));
  ExpectTheSame(handle, 20000);
}

TEST_F(ShortcutTest, WithoutNormalForm) {
  json tokenizer = Fixture();
  tokenizer["normalizer"] = nullptr;
  Expect(tokenizer, true);
}

TEST_F(ShortcutTest, CutAsGpt2Does) {
  json tokenizer = Fixture();
  tokenizer["pre_tokenizer"] = tokenizer["pre_tokenizer"]["pretokenizers"][1];
  tokenizer["pre_tokenizer"]["use_regex"] = true;
  Expect(tokenizer, true);
}

TEST_F(ShortcutTest, CutSeveralTimesAndWithWhatIsBetweenDropped) {
  json tokenizer = Fixture();
  json& parts = tokenizer["pre_tokenizer"]["pretokenizers"];
  json digits = parts[0];
  digits["pattern"]["Regex"] = R"(\p{N}{1,3})";
  json words = parts[0];
  words["pattern"]["Regex"] = R"(\p{L}+|[^\p{L}]*)";  // may match nothing
  words["behavior"] = "Removed";
  words["invert"] = true;
  parts = json::array({digits, words, parts[1]});
  Expect(tokenizer, true);
}

TEST_F(ShortcutTest, AddedTokensAreFoundAfterNormalForm) {
  json tokenizer = Fixture();
  json token = tokenizer["added_tokens"][1];
  token["normalized"] = true;
  tokenizer["added_tokens"][1] = token;
  tokenizer["model"]["vocab"]["e\u0301"] = 302;
  tokenizer["model"]["vocab"]["<th"] = 303;
  token["id"] = 302;
  token["content"] = "e\u0301";  // found where the text has U+00E9
  tokenizer["added_tokens"].push_back(token);
  token["id"] = 303;
  token["content"] = "<th";  // <think> is longer
  tokenizer["added_tokens"].push_back(token);
  Expect(tokenizer, true);
}

TEST_F(ShortcutTest, LeavesOtherTokenizersAlone) {
  json spaces = Fixture();
  spaces["added_tokens"][0]["rstrip"] = true;
  Expect(spaces, false);
  json prefix = Fixture();
  prefix["pre_tokenizer"]["pretokenizers"][1]["add_prefix_space"] = true;
  Expect(prefix, false);
  json lowercase = Fixture();
  lowercase["normalizer"] = {{"type", "Lowercase"}};
  Expect(lowercase, false);
  json uncut = Fixture();
  uncut["pre_tokenizer"]["pretokenizers"][0]["behavior"] = "MergedWithNext";
  Expect(uncut, false);
}

// What a file may ask for, but a count must not have.
TEST_F(ShortcutTest, NothingIsCutOffPaddedOrLeftToChance) {
  json tokenizer = Fixture();
  tokenizer["truncation"] = {
      {"direction", "Right"}, {"max_length", 4}, {"strategy", "LongestFirst"}, {"stride", 0}};
  tokenizer["padding"] = {{"strategy", {{"Fixed", 64}}},
                          {"direction", "Right"},
                          {"pad_to_multiple_of", nullptr},
                          {"pad_id", 0},
                          {"pad_type_id", 0},
                          {"pad_token", "<|end|>"}};
  tokenizer["model"]["dropout"] = 0.9;
  tokenizer["normalizer"] = {{"type", "Lowercase"}};  // the library's own way
  const Handle handle = Open(tokenizer.dump());
  EXPECT_EQ(Ids(monsoon_tokenizer_encode, handle, "hello hello hello hello hello hello"),
            (std::vector<uint32_t>{259, ' ', 259, ' ', 259, ' ', 259, ' ', 259, ' ', 259}));
}

// More different pieces than are kept.
TEST_F(ShortcutTest, ForgetsAndGoesOn) {
  const Handle handle = Open(Fixture().dump());
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 80'000; ++i) {
      std::string word = "hell";
      for (int rest = i; rest > 0; rest /= 20) word += static_cast<char>('f' + rest % 20);
      const int64_t count = monsoon_tokenizer_count(handle.get(), Bytes(word), word.size());
      ASSERT_GT(count, 0);
      if (i % 1000 == 0) {
        ASSERT_EQ(count,
                  static_cast<int64_t>(Ids(monsoon_tokenizer_encode_plainly, handle, word).size()));
      }
    }
  }
}

// More tokenizers in turn than one thread keeps a cache for.
TEST_F(ShortcutTest, ManyTokenizersInTurn) {
  std::vector<Handle> handles;
  json tokenizer = Fixture();
  for (int i = 0; i < 6; ++i) {
    handles.push_back(Open(tokenizer.dump()));
    tokenizer["model"]["merges"].erase(tokenizer["model"]["merges"].size() - 1);
  }
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 6; ++i) {
      // Merges are taken away from the end: two newlines, E4 BB, two spaces, e with acute, " wor".
      EXPECT_EQ(Ids(monsoon_tokenizer_encode, handles[i], "\n\n").size(), i < 1 ? 1u : 2u);
      EXPECT_EQ(Ids(monsoon_tokenizer_encode, handles[i], "\u4eca").size(), i < 2 ? 2u : 3u);
      EXPECT_EQ(Ids(monsoon_tokenizer_encode, handles[i], "\u00e9").size(), i < 4 ? 1u : 2u);
      EXPECT_EQ(Ids(monsoon_tokenizer_encode, handles[i], " wor").size(), i < 5 ? 1u : 2u);
    }
  }
}

}  // namespace
}  // namespace monsoon
