// Datasets of every format, opened from files or made, as a run uses them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "controller/io/dataset/open_dataset.h"
#include "controller/io/dataset/spool_file.h"
#include "tests/fakes/fake_tokenizers.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FormatsTest : public ::testing::Test {
 protected:
  FormatsTest() {
    std::string pattern = ::testing::TempDir() + "monsoon_formats_XXXXXX";
    folder_ = mkdtemp(pattern.data());
    spec_.path = folder_ + "/data";
  }
  ~FormatsTest() override { std::filesystem::remove_all(folder_); }

  void Write(DatasetFormat format, const std::string& text) {
    spec_.format = format;
    std::ofstream(spec_.path, std::ios::binary) << text;
  }
  std::unique_ptr<Dataset> Open(int64_t needed = 100, uint64_t seed = 0) {
    auto dataset = OpenDataset(spec_, seed, needed, &words_);
    EXPECT_TRUE(dataset.ok()) << dataset.status();
    return dataset.ok() ? *std::move(dataset) : nullptr;
  }
  static std::vector<std::string> ReadAll(Dataset& dataset) {
    std::vector<std::string> contents;
    for (int64_t i = 0; i < dataset.size(); ++i) {
      const absl::StatusOr<Item> item = dataset.Read(i);
      contents.push_back(item.ok() ? item->content : item.status().ToString());
    }
    return contents;
  }

  std::string folder_;
  DatasetSpec spec_;
  const WordTokenizer words_;
};

TEST_F(FormatsTest, ShareGptComesAsAnArrayOrAsLines) {
  const std::string one = R"({"conversations":[{"from":"human","value":"a b"},)"
                          R"({"from":"gpt","value":"x y z"}]})";
  const std::string none = R"({"conversations":[]})";
  const std::string two = R"({"conversation":[{"human":"c","assistant":"x"}]})";
  for (const std::string& text :
       {"[" + one + ",\n" + none + "," + two + "]\n", one + "\n" + none + "\n" + two + "\n"}) {
    Write(DatasetFormat::kSharegpt, text);
    spec_.output_tokens.law = LengthLaw::kReference;
    const auto dataset = Open();
    ASSERT_NE(dataset, nullptr);
    EXPECT_THAT(ReadAll(*dataset), ElementsAre("a b", "c"));
    EXPECT_EQ(dataset->Read(0)->output_tokens, 3);
    EXPECT_EQ(dataset->Read(1)->output_tokens, 1);
    EXPECT_EQ(dataset->stats().read, 3);
    EXPECT_EQ(dataset->stats().lacking, 1);
  }
}

TEST_F(FormatsTest, OutputLengthsAreDrawnByPosition) {
  Write(DatasetFormat::kOpenqa,
        "{\"question\":\"a\"}\n{\"question\":\"b\"}\n{\"question\":\"c\"}\n");
  EXPECT_EQ(Open()->Read(0)->output_tokens, 0);
  spec_.output_tokens = {.law = LengthLaw::kUniform, .min = 100, .max = 1'000'000};
  const auto dataset = Open(100, 7);
  std::set<int64_t> lengths;
  for (int64_t i = 0; i < 3; ++i) lengths.insert(dataset->Read(i)->output_tokens);
  EXPECT_EQ(lengths.size(), 3u);
  EXPECT_EQ(dataset->Read(1)->output_tokens, Open(2, 7)->Read(1)->output_tokens);
  EXPECT_NE(dataset->Read(1)->output_tokens, Open(2, 8)->Read(1)->output_tokens);
}

TEST_F(FormatsTest, TokenLimitsHoldInBothOrders) {
  Write(DatasetFormat::kLineByLine, "a\na b\na b c\na b c d\nb b\n");
  spec_.min_prompt_tokens = 2;
  spec_.max_prompt_tokens = 3;
  EXPECT_THAT(ReadAll(*Open()), ElementsAre("a b", "a b c", "b b"));
  EXPECT_THAT(ReadAll(*Open(2)), ElementsAre("a b", "a b c"));
  spec_.order = DatasetOrder::kShuffle;
  const std::vector<std::string> all = ReadAll(*Open(100, 5));
  EXPECT_THAT(all, ::testing::UnorderedElementsAre("a b", "a b c", "b b"));
  EXPECT_THAT(ReadAll(*Open(2, 5)), ElementsAre(all[0], all[1])) << "more needed, same beginning";
}

TEST_F(FormatsTest, BatchesOfTexts) {
  Write(DatasetFormat::kEmbedding, "one\n{\"text\":\"t\\\"wo\"}\n\"three\"\nfour\nfive\n");
  spec_.batch_size = 2;
  const auto dataset = Open();
  EXPECT_THAT(ReadAll(*dataset), ElementsAre(R"(["one","t\"wo"])", R"(["three","four"])"));
  EXPECT_EQ(dataset->Read(0)->kind, ItemKind::kTexts);
  // One batch needs two entries, and no more are read.
  EXPECT_EQ(Open(1)->stats().read, 2);
  Write(DatasetFormat::kEmbedding, "[\"a\",\n{\"text\":\"b\"}, \"c\", \"d\"]");
  EXPECT_THAT(ReadAll(*Open()), ElementsAre(R"(["a","b"])", R"(["c","d"])"));
}

TEST_F(FormatsTest, MessagesAndRerank) {
  Write(DatasetFormat::kMessages,
        "[{\"role\":\"user\",\"content\":\"a\"}]\n"
        "{\"messages\":[{\"role\":\"user\",\"content\":\"b\"},"
        "{\"role\":\"assistant\",\"content\":\"x\"}]}\n");
  EXPECT_THAT(ReadAll(*Open()), ElementsAre(R"([{"role":"user","content":"a"}])",
                                            R"([{"role":"user","content":"b"}])"));
  Write(DatasetFormat::kRerank, R"([{"query":"q","documents":["a"]}])");
  EXPECT_EQ(Open()->Read(0)->kind, ItemKind::kRerank);
}

TEST_F(FormatsTest, ErrorsNameTheElementsPlaceInAnArray) {
  Write(DatasetFormat::kSharegpt, "[\n  {\"conversations\": []},\n  {\"text\": 1}\n]\n");
  EXPECT_THAT(std::string(OpenDataset(spec_, 0, 9, &words_).status().message()),
              HasSubstr("/data:3:3: expected a conversation, an object with a list"));
}

TEST_F(FormatsTest, WhatCountsTokensNeedsATokenizer) {
  Write(DatasetFormat::kLineByLine, "a\n");
  spec_.max_prompt_tokens = 5;
  EXPECT_THAT(std::string(OpenDataset(spec_, 0, 9, nullptr).status().message()),
              HasSubstr("model.tokenizer"));
}

TEST_F(FormatsTest, ProgressIsReported) {
  std::string text;
  for (int i = 0; i < 300'000; ++i) text += "some line\n";
  Write(DatasetFormat::kLineByLine, text);
  std::vector<int64_t> mebibytes;
  const auto note = [&](const DatasetProgress& progress) { mebibytes.push_back(progress.done); };
  ASSERT_TRUE(OpenDataset(spec_, 0, 1'000'000, nullptr, note).ok());
  EXPECT_THAT(mebibytes, ElementsAre(1, 2, 2));
}

class RandomDatasetTest : public ::testing::Test {
 protected:
  RandomDatasetTest() {
    spec_.name = "random";
    spec_.format = DatasetFormat::kRandom;
    spec_.input_tokens = {.law = LengthLaw::kUniform, .min = 10, .max = 40};
    spec_.prefix_tokens = 8;
    spec_.output_tokens = {.law = LengthLaw::kFixed, .mean = 128};
  }

  DatasetSpec spec_;
  const ParityTokenizer parity_;
};

TEST_F(RandomDatasetTest, EachRequestHasAPromptOfItsOwn) {
  std::vector<int64_t> made;
  const auto note = [&](const DatasetProgress& progress) { made.push_back(progress.done); };
  const auto dataset = OpenDataset(spec_, 3, 150, &parity_, note);
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  EXPECT_EQ((*dataset)->size(), 150);
  EXPECT_EQ((*dataset)->stats().read, 150);
  EXPECT_THAT(made, ElementsAre(64, 128, 150));
  std::set<std::string> distinct;
  for (int64_t i = 149; i >= 0; --i) {
    const Item item = *(*dataset)->Read(i);
    EXPECT_EQ(item.output_tokens, 128);
    const int64_t tokens = parity_.Count(item.content);
    EXPECT_GE(tokens, 10);
    EXPECT_LE(tokens, 40);
    distinct.insert(item.content);
  }
  EXPECT_EQ(distinct.size(), 150u);
}

TEST_F(RandomDatasetTest, IsTheSameWhateverTheNumberNeeded) {
  const auto few = OpenDataset(spec_, 3, 5, &parity_);
  const auto many = OpenDataset(spec_, 3, 100, &parity_);
  for (int64_t i = 0; i < 5; ++i) {
    EXPECT_EQ((*few)->Read(i)->content, (*many)->Read(i)->content);
  }
}

TEST_F(RandomDatasetTest, FewerPromptsCanBeAskedFor) {
  spec_.prompts = 7;
  EXPECT_EQ((*OpenDataset(spec_, 3, 100, &parity_))->size(), 7);
  EXPECT_EQ((*OpenDataset(spec_, 3, 5, &parity_))->size(), 5);
}

TEST_F(RandomDatasetTest, APromptThatCannotBeMadeIsAnError) {
  spec_.input_tokens = {.law = LengthLaw::kFixed, .mean = 9};
  spec_.prefix_tokens = 0;
  const EvenTokenizer even;
  EXPECT_THAT(std::string(OpenDataset(spec_, 3, 5, &even).status().message()),
              HasSubstr("dataset random: no random text of exactly 9 tokens"));
}

TEST(SpoolFileTest, KeepsWhatItIsGiven) {
  absl::StatusOr<SpoolFile> spool = SpoolFile::Create();
  ASSERT_TRUE(spool.ok()) << spool.status();
  EXPECT_EQ(*spool->Append("abc"), 0);
  EXPECT_EQ(*spool->Append(std::string("\0x", 2)), 3);
  EXPECT_EQ(*spool->ReadAt(1, 3), std::string("bc\0", 3));
  const SpoolFile moved = *std::move(spool);
  EXPECT_EQ(*moved.ReadAt(4, 1), "x");
  EXPECT_FALSE(moved.ReadAt(4, 2).ok()) << "beyond its end";
}

}  // namespace
}  // namespace monsoon
