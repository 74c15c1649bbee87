// The sample files of configs/data are what configs/data/README.md says they are.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "controller/io/dataset/open_dataset.h"

namespace monsoon {
namespace {

constexpr int64_t kMany = 1'000'000;

bool HasChinese(const std::string& text) {
  // U+4E00..U+9FFF, the common ideographs, start with the bytes E4..E9.
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0xe4 && byte <= 0xe9) {
      return true;
    }
  }
  return false;
}

TEST(SampleDataTest, ChineseQuestionsAreManyDistinctAndShort) {
  DatasetSpec spec;
  spec.format = DatasetFormat::kOpenqa;
  spec.path = "configs/data/openqa_zh_sample.jsonl";
  auto dataset = OpenDataset(spec, 0, kMany);
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  EXPECT_GE((*dataset)->size(), 220);
  std::set<std::string> distinct;
  for (int64_t i = 0; i < (*dataset)->size(); ++i) {
    const auto item = (*dataset)->Read(i);
    ASSERT_TRUE(item.ok()) << item.status();
    EXPECT_TRUE(distinct.insert(item->content).second) << item->content;
    EXPECT_TRUE(HasChinese(item->content)) << item->content;
    EXPECT_GE(CountCharacters(item->content), 6) << item->content;
    EXPECT_LE(CountCharacters(item->content), 60) << item->content;
  }
}

TEST(SampleDataTest, LongInstructionsAreLongAndDistinct) {
  DatasetSpec spec;
  spec.format = DatasetFormat::kLongalpaca;
  spec.path = "configs/data/longalpaca_sample.json";
  spec.min_prompt_length = 8000;
  spec.max_prompt_length = 30000;
  auto dataset = OpenDataset(spec, 0, kMany);
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  EXPECT_GE((*dataset)->size(), 24);
  EXPECT_EQ((*dataset)->stats().filtered, 0);
  // Distinct beginnings: a prefix cache must not serve one of them from another.
  std::set<std::string> beginnings;
  int64_t longest = 0;
  for (int64_t i = 0; i < (*dataset)->size(); ++i) {
    const auto item = (*dataset)->Read(i);
    ASSERT_TRUE(item.ok()) << item.status();
    EXPECT_TRUE(beginnings.insert(item->content.substr(0, 100)).second);
    longest = std::max(longest, CountCharacters(item->content));
  }
  EXPECT_GE(longest, 24000);
}

TEST(SampleDataTest, EveryOtherFormatHasItsSample) {
  struct Sample {
    DatasetFormat format;
    const char* file;
    int64_t size;
    int64_t lacking;
  };
  for (const Sample& sample : {Sample{DatasetFormat::kSharegpt, "sharegpt_sample.json", 4, 1},
                               Sample{DatasetFormat::kMessages, "messages_sample.jsonl", 4, 0},
                               Sample{DatasetFormat::kEmbedding, "embedding_sample.jsonl", 8, 0},
                               Sample{DatasetFormat::kRerank, "rerank_sample.jsonl", 3, 0}}) {
    DatasetSpec spec;
    spec.format = sample.format;
    spec.path = std::string("configs/data/") + sample.file;
    auto dataset = OpenDataset(spec, 0, kMany);
    ASSERT_TRUE(dataset.ok()) << dataset.status();
    EXPECT_EQ((*dataset)->size(), sample.size) << sample.file;
    EXPECT_EQ((*dataset)->stats().lacking, sample.lacking) << sample.file;
  }
}

}  // namespace
}  // namespace monsoon
