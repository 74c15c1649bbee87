// The plan of a case, drawn from its dataset.
#include "controller/io/run/case_source.h"

#include <gtest/gtest.h>

#include <string>

namespace monsoon {
namespace {

class LetterDataset final : public Dataset {
 public:
  explicit LetterDataset(std::string letters) : letters_(std::move(letters)) {}
  int64_t size() const override { return static_cast<int64_t>(letters_.size()); }
  absl::StatusOr<Item> Read(int64_t position) override {
    if (letters_[position] == '!') return absl::DataLossError("the file changed");
    return Item{ItemKind::kPrompt, std::string(1, letters_[position])};
  }
  const DatasetStats& stats() const override { return stats_; }

 private:
  const std::string letters_;
  DatasetStats stats_;
};

TEST(CaseSourceTest, WarmUpFirstAndTheDatasetInCycles) {
  LetterDataset dataset("abc");
  RepeatTracker repeats;
  repeats.BeginCase("e", "u", false);
  CaseSource source(&dataset, RequestPlan::Make(3, 5, 2).value(), &repeats, std::nullopt);
  ASSERT_EQ(source.total(), 7u);
  std::string drawn;
  for (uint64_t index = 0; index < source.total(); ++index) {
    const PlannedRequest request = source.Get(index).value();
    drawn += request.item.content;
    EXPECT_EQ(request.warmup, index < 2);
    EXPECT_EQ(request.item_id, ComputeItemId(request.item.kind, request.item.content));
  }
  EXPECT_EQ(drawn, "abcabca");
  // Measured: c a b c a. Sent before: the warm-up's a and b, then c and a again.
  EXPECT_DOUBLE_EQ(repeats.RepeatedShare(), 4.0 / 5.0);
}

TEST(CaseSourceTest, ARequestIsDueAsItsScheduleSays) {
  LetterDataset dataset("abc");
  RepeatTracker repeats;
  const RequestPlan plan = RequestPlan::Make(3, 5, 2).value();
  CaseSource closed(&dataset, plan, &repeats, std::nullopt);
  EXPECT_EQ(closed.DueNs(3), kNever);
  const ArrivalSchedule schedule(LoadLaw::kConstant, *ParseArrivalRate("100/s"), 0, 0);
  CaseSource open(&dataset, plan, &repeats, schedule);
  EXPECT_EQ(open.DueNs(3), 30'000'000);
}

TEST(CaseSourceTest, ARequestThatIsAskedForAgainIsNotedOnce) {
  LetterDataset dataset("abcd");
  RepeatTracker repeats;
  repeats.BeginCase("e", "u", false);
  CaseSource source(&dataset, RequestPlan::Make(4, 4, 0).value(), &repeats, std::nullopt);
  for (const uint64_t index : {0, 1, 0, 1, 2, 0, 3, 3}) {
    EXPECT_EQ(source.Get(index).value().item.content, std::string(1, "abcd"[index]));
  }
  EXPECT_EQ(repeats.RepeatedShare(), 0.0);
}

TEST(CaseSourceTest, AnUnreadableItemIsAnError) {
  LetterDataset dataset("a!");
  RepeatTracker repeats;
  repeats.BeginCase("e", "u", false);
  CaseSource source(&dataset, RequestPlan::Make(2, 2, 0).value(), &repeats, std::nullopt);
  EXPECT_TRUE(source.Get(0).ok());
  EXPECT_EQ(source.Get(1).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace monsoon
