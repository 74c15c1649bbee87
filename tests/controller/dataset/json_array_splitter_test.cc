#include "controller/core/dataset/json_array_splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "controller/core/dataset/permutation.h"
#include "tests/controller/dataset/splitting.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

SplitResult Split(const std::string& text) { return SplitPieces(JsonArraySplitter(), {text}); }

constexpr char kTricky[] =
    "\xef\xbb\xbf \r\n[\n"
    "  {\"a\": \"]}\\\"\\\\\", \"b\": [1, {\"c\": []}]},\n"
    "  \"text, with ] and \\u005d\" , [[],[{}]],-1.5e+3,true\n"
    ",null,  {\"\xe7\x81\xab\": \"\xe6\xb0\xb4\"}, {}]  \n";

TEST(JsonArraySplitterTest, FindsElementsWithTheirPlaces) {
  const SplitResult result = Split(kTricky);
  EXPECT_EQ(result.error, "");
  // Offsets counted by hand: 3 bytes of mark, " \r\n", "[\n", two spaces.
  EXPECT_THAT(result.entries,
              ElementsAre(SplitEntry{10, 3, 3, "{\"a\": \"]}\\\"\\\\\", \"b\": [1, {\"c\": []}]}"},
                          SplitEntry{50, 4, 3, "\"text, with ] and \\u005d\""},
                          SplitEntry{78, 4, 31, "[[],[{}]]"}, SplitEntry{88, 4, 41, "-1.5e+3"},
                          SplitEntry{96, 4, 49, "true"}, SplitEntry{102, 5, 2, "null"},
                          SplitEntry{109, 5, 9, "{\"火\": \"水\"}"},
                          // 14 bytes but 10 characters further on.
                          SplitEntry{125, 5, 21, "{}"}));
}

TEST(JsonArraySplitterTest, OffsetsPointAtTheElements) {
  const std::string text = kTricky;
  for (const SplitEntry& entry : Split(text).entries) {
    EXPECT_EQ(text.substr(static_cast<size_t>(entry.offset), entry.text.size()), entry.text);
  }
}

TEST(JsonArraySplitterTest, FindsTheSameWhereverTheBytesAreCut) {
  const SplitResult whole = Split(kTricky);
  for (const auto& pieces : AllCuts(kTricky)) {
    EXPECT_EQ(SplitPieces(JsonArraySplitter(), pieces), whole) << "cut after " << pieces[0];
  }
}

TEST(JsonArraySplitterTest, AnEmptyArrayHasNoElements) {
  EXPECT_EQ(Split(" [ ] ").error, "");
  EXPECT_THAT(Split(" [ ] ").entries, IsEmpty());
}

struct BadArray {
  const char* text;
  const char* error;
};

class BadArrayTest : public ::testing::TestWithParam<BadArray> {};

TEST_P(BadArrayTest, IsNamedWithItsPlaceWhereverTheBytesAreCut) {
  for (const auto& pieces : AllCuts(GetParam().text)) {
    EXPECT_EQ(SplitPieces(JsonArraySplitter(), pieces).error, GetParam().error)
        << "cut after " << pieces[0];
  }
}

INSTANTIATE_TEST_SUITE_P(
    Texts, BadArrayTest,
    ::testing::Values(
        BadArray{"", "1:1: expected one JSON array, found an empty file (byte 0)"},
        BadArray{"\n \n", "3:1: expected one JSON array, found an empty file (byte 3)"},
        BadArray{"hello", "1:1: expected one JSON array, found 'h' instead of '[' (byte 0)"},
        BadArray{"\n {\"instruction\": 1}",
                 "2:2: expected one JSON array, found '{' instead of '['; one JSON object per line "
                 "is format openqa or line_by_line (byte 2)"},
        BadArray{"\xff", "1:1: expected one JSON array, found byte 0xff instead of '[' (byte 0)"},
        BadArray{"[{} {}]",
                 "1:5: missing comma after element 1: found '{' where ',' or ']' must stand "
                 "(byte 4)"},
        BadArray{"[1 2]",
                 "1:4: missing comma after element 1: found '2' where ',' or ']' must stand "
                 "(byte 3)"},
        BadArray{"[,{}]", "1:2: expected element 1, found ',' (byte 1)"},
        BadArray{"[{},,{}]", "1:5: expected element 2, found ',' (byte 4)"},
        BadArray{"[{},\n]",
                 "2:1: the array ends after a comma; remove the comma after element 1 (byte 5)"},
        BadArray{"[{}]\nx",
                 "2:1: the array has ended, but 'x' follows; remove what follows (byte 5)"},
        BadArray{
            "[{\"a\": [1}]",
            "1:10: found '}' where ']' must stand, in element 1 that began at line 1 (byte 9)"},
        BadArray{"[{},\n{\"火\": \"no end, \"b\": 1}]",
                 "2:17: unexpected 'b' outside of a string, in element 2 that began at line 2; is "
                 "a quotation mark missing before it? (byte 23)"},
        BadArray{"[{},\n{\"a\":\n\"half",
                 "3:6: the file ends inside element 2 that began at line 2; it was probably cut "
                 "short: get it again (byte 16)"},
        BadArray{"[{},12",
                 "1:7: the file ends inside element 2 that began at line 1; it was probably cut "
                 "short: get it again (byte 6)"},
        BadArray{"[{},\n{}\n",
                 "3:1: the file ends after element 2 without the closing ']'; it was probably cut "
                 "short: get it again (byte 8)"}));

TEST(JsonArraySplitterTest, EveryBeginningOfAnArrayIsAnError) {
  const std::string text = kTricky;
  const size_t closing = text.rfind(']');
  for (size_t size = 0; size <= closing; ++size) {
    EXPECT_NE(Split(text.substr(0, size)).error, "") << size;
  }
}

TEST(JsonArraySplitterTest, StopsWhenTheSinkHasEnough) {
  // What follows the second element is not even an array any more.
  const SplitResult result = SplitPieces(JsonArraySplitter(), {"[{},{\"a\":1}}}}}", "]]]"}, 2);
  EXPECT_EQ(result.error, "");
  EXPECT_THAT(result.entries,
              ElementsAre(SplitEntry{1, 1, 2, "{}"}, SplitEntry{4, 1, 5, "{\"a\":1}"}));
}

TEST(JsonArraySplitterTest, RefusesAnElementBeyondTheLimit) {
  constexpr int64_t kLimit = 1 << 20;
  const std::string fits = "\"" + std::string(kLimit - 2, 'x') + "\"";
  const std::string too_long = "\"" + std::string(kLimit - 1, 'x') + "\"";
  EXPECT_EQ(SplitPieces(JsonArraySplitter(kLimit), {"[" + fits + "]"}).error, "");
  const std::string error = "1:2: element 1 is longer than 1 MiB, the limit; split it (byte 1)";
  EXPECT_EQ(SplitPieces(JsonArraySplitter(kLimit), {"[" + too_long + "]"}).error, error);
  EXPECT_EQ(SplitPieces(JsonArraySplitter(kLimit),
                        {"[" + too_long.substr(0, 100000), too_long.substr(100000) + "]"})
                .error,
            error);
}

// A random JSON value with all the characters that matter to a splitter.
nlohmann::json RandomValue(SplitMix64& random, int depth) {
  switch (random.Below(depth > 3 ? 3 : 5)) {
    case 0: {
      std::string text;
      for (uint64_t n = random.Below(12); n > 0; --n) {
        text += "[]{}\",\\\n:x"[random.Below(10)];
      }
      return text;
    }
    case 1:
      return static_cast<int64_t>(random.Next());
    case 2:
      return random.Below(2) == 0 ? nlohmann::json(nullptr) : nlohmann::json(true);
    case 3: {
      nlohmann::json array = nlohmann::json::array();
      for (uint64_t n = random.Below(4); n > 0; --n) {
        array.push_back(RandomValue(random, depth + 1));
      }
      return array;
    }
    default: {
      nlohmann::json object = nlohmann::json::object();
      for (uint64_t n = random.Below(4); n > 0; --n) {
        object["\"k{" + std::to_string(n)] = RandomValue(random, depth + 1);
      }
      return object;
    }
  }
}

TEST(JsonArraySplitterTest, AgreesWithAWholeFileParserOnRandomArrays) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SplitMix64 random(seed);
    nlohmann::json array = nlohmann::json::array();
    for (uint64_t n = random.Below(6); n > 0; --n) {
      array.push_back(RandomValue(random, 0));
    }
    const std::string text = array.dump(seed % 3 == 0 ? 2 : -1);
    const size_t cut = static_cast<size_t>(random.Below(text.size()));
    const SplitResult result =
        SplitPieces(JsonArraySplitter(), {text.substr(0, cut), text.substr(cut)});
    ASSERT_EQ(result.error, "") << text;
    ASSERT_EQ(result.entries.size(), array.size()) << text;
    for (size_t i = 0; i < array.size(); ++i) {
      EXPECT_EQ(nlohmann::json::parse(result.entries[i].text), array[i]) << text;
    }
  }
}

}  // namespace
}  // namespace monsoon
