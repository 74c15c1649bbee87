#include "controller/core/dataset/dataset_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "controller/core/dataset/line_splitter.h"
#include "tests/fakes/fake_tokenizers.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;

DatasetSpec Spec() {
  DatasetSpec spec;
  spec.format = DatasetFormat::kLineByLine;
  spec.path = "data/q.txt";
  return spec;
}

absl::StatusOr<DatasetIndex> Index(const DatasetSpec& spec, const std::string& text,
                                   int64_t needed = 1000, uint64_t seed = 0,
                                   const Tokenizer* tokenizer = nullptr) {
  DatasetIndexer indexer(spec, needed, tokenizer);
  LineSplitter splitter;
  const auto sink = [&](const RawEntry& raw) { return indexer.Add(raw); };
  absl::Status split = splitter.Feed(text, sink);
  if (split.ok()) {
    split = splitter.Finish(sink);
  }
  EntryParser parser{EntryRules(spec)};
  return indexer.Finish(split, seed, [&](const EntryPlace& place, ParsedEntry& entry) {
    const std::string_view raw =
        std::string_view(text).substr(static_cast<size_t>(place.offset), place.length);
    return parser.Parse({.offset = place.offset, .text = raw, .at = {place.line, 1}}, entry);
  });
}

std::vector<int64_t> Offsets(const DatasetIndex& index) {
  std::vector<int64_t> offsets;
  for (const EntryPlace& place : index.places) {
    offsets.push_back(place.offset);
  }
  return offsets;
}

TEST(DatasetIndexTest, LengthLimitsAreInclusiveAndInCharacters) {
  DatasetSpec spec = Spec();
  spec.min_prompt_length = 2;
  spec.max_prompt_length = 3;
  const auto index = Index(spec, "一\n一二\n一二三\n一二三四\nabc\nabcd\n");
  ASSERT_TRUE(index.ok()) << index.status();
  EXPECT_THAT(Offsets(*index), ElementsAre(4, 11, 34));
  EXPECT_EQ(index->stats.read, 6);
  EXPECT_EQ(index->stats.filtered, 3);
  EXPECT_EQ(index->places[2].line, 5u);
  EXPECT_EQ(index->places[2].length, 3u);
}

TEST(DatasetIndexTest, SequentialStopsAtTheNeededEntry) {
  DatasetSpec spec = Spec();
  spec.min_prompt_length = 2;
  const auto index = Index(spec, "ab\nx\ncd\nef\n{broken\n", 2);
  ASSERT_TRUE(index.ok()) << index.status();
  EXPECT_THAT(Offsets(*index), ElementsAre(0, 5));
  EXPECT_EQ(index->stats.read, 3);
  EXPECT_EQ(index->stats.filtered, 1);
}

TEST(DatasetIndexTest, ShuffleReadsEverythingAndDependsOnTheSeed) {
  DatasetSpec spec = Spec();
  spec.order = DatasetOrder::kShuffle;
  const std::string text = "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n";
  const auto index = Index(spec, text, 2, 42);
  ASSERT_TRUE(index.ok());
  // Twice the golden order of permutation_test.cc: each line has two bytes.
  EXPECT_THAT(Offsets(*index), ElementsAre(0, 18, 10, 16, 12, 8, 14, 4, 2, 6));
  EXPECT_FALSE(Index(spec, text + "{broken\n", 2, 42).ok());
}

TEST(DatasetIndexTest, SkippedLinesAreCountedAndTheFirstIsKept) {
  DatasetSpec spec = Spec();
  spec.on_bad_line = OnBadLine::kSkip;
  const auto index = Index(spec, "ab\n{\"prompt\":\nok\n[\n");
  ASSERT_TRUE(index.ok());
  EXPECT_THAT(Offsets(*index), ElementsAre(0, 14));
  EXPECT_EQ(index->stats.read, 4);
  EXPECT_EQ(index->stats.skipped_bad, 2);
  EXPECT_EQ(
      index->stats.first_bad,
      "data/q.txt:2:11: expected a request body (a plain prompt cannot begin with '{'), found "
      "broken JSON: it ends too early, as if cut in half");
}

TEST(DatasetIndexTest, OneBadLineSaysWhatToDo) {
  const auto index = Index(Spec(), "ab\n{\"prompt\":\nok\n");
  EXPECT_EQ(index.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      index.status().message(),
      "data/q.txt:2:11: expected a request body (a plain prompt cannot begin with '{'), found "
      "broken JSON: it ends too early, as if cut in half\n"
      "Fix this line, or set `on_bad_line: skip` to leave it out and count it.");
}

TEST(DatasetIndexTest, TheFirstFiveBadLinesAreReportedAtOnce) {
  const auto index = Index(Spec(), "{}\nok\n{}\n{}\n[]\n{}\n{}\nok\n");
  const std::string body =
      ": expected a request body with a prompt (\"messages\", \"prompt\", \"input\", ...), found "
      "an empty object\n";
  EXPECT_EQ(
      index.status().message(),
      "data/q.txt:1:1" + body + "data/q.txt:3:1" + body + "data/q.txt:4:1" + body +
          "data/q.txt:5:1: expected an array of chat messages, objects with a string "
          "\"role\", found an empty array\n" +
          "data/q.txt:6:1" + body +
          "(there may be more: reading stopped here)\n"
          "Fix these lines, or set `on_bad_line: skip` to leave bad ones out and count them.");
}

TEST(DatasetIndexTest, AFileThatCannotBeSplitIsAnErrorEvenWhenBadLinesAreSkipped) {
  DatasetSpec spec = Spec();
  spec.on_bad_line = OnBadLine::kSkip;
  DatasetIndexer indexer(spec, 10, nullptr);
  EXPECT_TRUE(indexer.Add({.offset = 0, .text = "fine", .at = {}}));
  EXPECT_EQ(indexer
                .Finish(ErrorAt({.line = 9, .column = 4}, "cut short"), 0,
                        [](const EntryPlace&, ParsedEntry&) { return absl::OkStatus(); })
                .status()
                .message(),
            "data/q.txt:9:4: cut short");
}

TEST(DatasetIndexTest, WhenEverythingIsFilteredTheErrorGivesTheLengthsSeen) {
  DatasetSpec spec = Spec();
  spec.min_prompt_length = 100;
  spec.on_bad_line = OnBadLine::kSkip;
  EXPECT_EQ(Index(spec, "{}\nabcdef\nab\n一二三\n").status().message(),
            "data/q.txt has no usable prompt: of 4 entries read, 3 were filtered by length and 1 "
            "were bad and skipped; the prompts have 2 to 6 characters, min_prompt_length is 100 "
            "and max_prompt_length no limit: widen these limits; the first bad one: "
            "data/q.txt:1:1: expected a request body with a prompt (\"messages\", \"prompt\", "
            "\"input\", ...), found an "
            "empty object");
}

TEST(DatasetIndexTest, TokenLimitsAreInclusive) {
  const WordTokenizer words;
  DatasetSpec spec = Spec();
  spec.min_prompt_tokens = 2;
  spec.max_prompt_tokens = 3;
  spec.min_prompt_length = 2;
  const auto index = Index(spec, "a\na b\nabcdef\na b c\na b c d\n", 1000, 0, &words);
  ASSERT_TRUE(index.ok()) << index.status();
  EXPECT_THAT(Offsets(*index), ElementsAre(2, 13));
  EXPECT_EQ(index->stats.filtered, 3);
  EXPECT_EQ(index->stats.filtered_by_tokens, 2);
  EXPECT_EQ(words.bytes_read(), 3 + 6 + 5 + 7) << "'a' was out by its characters";
}

TEST(DatasetIndexTest, AfterAShuffleTokensAreCountedUntilEnoughAreFound) {
  const WordTokenizer words;
  DatasetSpec spec = Spec();
  spec.order = DatasetOrder::kShuffle;
  const std::string text = "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n";
  spec.min_prompt_tokens = 1;
  const auto index = Index(spec, text, 3, 42, &words);
  ASSERT_TRUE(index.ok());
  EXPECT_THAT(Offsets(*index), ElementsAre(0, 18, 10)) << "the beginning of the order without it";
  EXPECT_EQ(index->stats.read, 10);
  EXPECT_EQ(words.bytes_read(), 3);
}

TEST(DatasetIndexTest, WhenTokensFilterEverythingTheErrorSaysSo) {
  const WordTokenizer words;
  DatasetSpec spec = Spec();
  spec.min_prompt_tokens = 10;
  for (const DatasetOrder order : {DatasetOrder::kSequential, DatasetOrder::kShuffle}) {
    spec.order = order;
    EXPECT_EQ(Index(spec, "a b\na b c\n", 5, 0, &words).status().message(),
              "data/q.txt has no usable prompt: of 2 entries read, 2 were filtered by length and 0 "
              "were bad and skipped; the prompts have 2 to 3 tokens, min_prompt_tokens is 10 and "
              "max_prompt_tokens no limit: widen these limits");
  }
}

TEST(DatasetIndexTest, ReferenceAnswersAreMeasuredAndMissingOnesLeftOut) {
  const WordTokenizer words;
  DatasetSpec spec = Spec();
  spec.format = DatasetFormat::kSharegpt;
  spec.output_tokens.law = LengthLaw::kReference;
  const std::string text =
      "{\"conversation\":[{\"human\":\"a\",\"assistant\":\"x y z\"}]}\n"
      "{\"conversation\":[{\"human\":\"a\"}]}\n"
      "{\"conversation\":[{\"human\":\"b\",\"assistant\":\"x\"}]}\n";
  for (const DatasetOrder order : {DatasetOrder::kSequential, DatasetOrder::kShuffle}) {
    spec.order = order;
    const auto index = Index(spec, text, 5, 3, &words);
    ASSERT_TRUE(index.ok()) << index.status();
    ASSERT_EQ(index->places.size(), 2u);
    const bool first = index->places[0].offset == 0;
    EXPECT_THAT(index->output_tokens, ElementsAre(first ? 3 : 1, first ? 1 : 3));
    EXPECT_EQ(index->stats.filtered, 1);
    EXPECT_EQ(index->stats.lacking, 1);
  }
  EXPECT_EQ(Index(spec, "{\"items\":[]}\n", 5, 3, &words).status().message(),
            "data/q.txt has no usable prompt: of 1 entries read, 0 were filtered by length and 0 "
            "were bad and skipped; 1 had nothing to send, or no reference answer to measure");
}

TEST(DatasetIndexTest, BatchesAreWhole) {
  DatasetSpec spec = Spec();
  spec.format = DatasetFormat::kEmbedding;
  spec.batch_size = 2;
  const auto index = Index(spec, "a\nb\nc\nd\ne\n");
  ASSERT_TRUE(index.ok()) << index.status();
  EXPECT_THAT(Offsets(*index), ElementsAre(0, 2, 4, 6));
  spec.batch_size = 6;
  EXPECT_EQ(Index(spec, "a\nb\nc\nd\ne\n").status().message(),
            "data/q.txt has only 5 usable texts, fewer than batch_size 6: of 5 entries read, 0 "
            "were filtered by length and 0 were bad and skipped");
}

TEST(DatasetIndexTest, AFileWithoutEntriesIsAnError) {
  EXPECT_EQ(Index(Spec(), "\n \n").status().message(),
            "data/q.txt holds no entry; is it the right file?");
}

}  // namespace
}  // namespace monsoon
