#include "controller/core/dataset/dataset_summary.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/fakes/fake_tokenizers.h"

namespace monsoon {
namespace {

class ListDataset final : public Dataset {
 public:
  ListDataset(std::vector<Item> items, DatasetStats stats)
      : items_(std::move(items)), stats_(std::move(stats)) {}

  int64_t size() const override { return static_cast<int64_t>(items_.size()); }
  absl::StatusOr<Item> Read(int64_t position) override {
    return items_[static_cast<size_t>(position)];
  }
  const DatasetStats& stats() const override { return stats_; }

 private:
  std::vector<Item> items_;
  DatasetStats stats_;
};

TEST(DatasetSummaryTest, SaysWhatIsUsedAndWhatIsNot) {
  ListDataset dataset({{ItemKind::kPrompt, "a b c", 5},
                       {ItemKind::kPrompt, "a", 9},
                       {ItemKind::kPrompt, "a b c d", 1},
                       {ItemKind::kPrompt, "a b", 7},
                       {ItemKind::kPrompt, "not used not used not used", 100}},
                      {.read = 15,
                       .filtered = 9,
                       .filtered_by_tokens = 4,
                       .lacking = 2,
                       .skipped_bad = 1,
                       .first_bad = "q.txt:3:1: broken"});
  const WordTokenizer words;
  DatasetSpec spec;
  spec.name = "mine";
  EXPECT_EQ(
      *SummarizeDataset(spec, dataset, 4, {.name = "qwen"}, &words),
      "dataset mine: 5 prompts, of 15 entries read; left out: 3 by length in characters, 4 by "
      "length in tokens, 2 without a prompt or a reference answer, 1 malformed (first: "
      "q.txt:3:1: broken); tokens by qwen: 1 shortest, 2 median, 4 longest; answers: 1 "
      "shortest, 5 median, 9 longest");
}

TEST(DatasetSummaryTest, WithoutATokenizerNothingIsCounted) {
  ListDataset dataset({{ItemKind::kTexts, "[\"a\"]"}}, {.read = 2});
  DatasetSpec spec;
  spec.name = "texts";
  spec.batch_size = 2;
  EXPECT_EQ(*SummarizeDataset(spec, dataset, 4, {.name = "qwen"}, nullptr),
            "dataset texts: 1 batch of 2 texts, of 2 entries read");
  spec.batch_size = 1;
  spec.format = DatasetFormat::kRandom;
  EXPECT_EQ(*SummarizeDataset(spec, dataset, 4, {.name = "qwen"}, nullptr),
            "dataset texts: 1 prompt");
}

}  // namespace
}  // namespace monsoon
