#include "controller/core/scenario/matrix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "controller/core/scenario/ranges.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

SubMatrix MatrixOf(const std::vector<std::string>& models, const std::vector<std::string>& datasets,
                   const std::vector<int64_t>& concurrencies,
                   const std::vector<std::string>& engines) {
  SubMatrix matrix;
  for (const std::string& name : models) matrix.models.push_back({.name = name});
  for (const std::string& name : datasets) matrix.datasets.push_back({.name = name});
  matrix.concurrencies = concurrencies;
  for (const std::string& name : engines) {
    matrix.engines.push_back({.type = "vllm", .name = name, .url = "http://" + name});
  }
  return matrix;
}

std::vector<std::string> NamesOf(const Expansion& expansion) {
  std::vector<std::string> names;
  for (const CaseSpec& spec : expansion.cases) names.push_back(spec.name);
  return names;
}

TEST(ExpandCases, EngineIsInnermostAndModelOutermost) {
  const Expansion expansion =
      ExpandCases({MatrixOf({"m1", "m2"}, {"d1", "d2"}, {1, 8}, {"e1", "e2"})});
  EXPECT_THAT(NamesOf(expansion),
              ElementsAre("m1/d1/c1/e1", "m1/d1/c1/e2", "m1/d1/c8/e1", "m1/d1/c8/e2",  //
                          "m1/d2/c1/e1", "m1/d2/c1/e2", "m1/d2/c8/e1", "m1/d2/c8/e2",  //
                          "m2/d1/c1/e1", "m2/d1/c1/e2", "m2/d1/c8/e1", "m2/d1/c8/e2",  //
                          "m2/d2/c1/e1", "m2/d2/c1/e2", "m2/d2/c8/e1", "m2/d2/c8/e2"));
  EXPECT_THAT(expansion.duplicates, IsEmpty());
}

TEST(ExpandCases, EachCaseHoldsItsAxesAndTheSettingsOfItsMatrix) {
  SubMatrix small = MatrixOf({"m"}, {"d"}, {2}, {"e"});
  small.base.requests = 10;
  SubMatrix large = MatrixOf({"m"}, {"d"}, {64}, {"e"});
  large.base.requests = 1000;
  const Expansion expansion = ExpandCases({small, large});
  ASSERT_EQ(expansion.cases.size(), 2u);
  EXPECT_EQ(expansion.cases[0].index, 0);
  EXPECT_EQ(expansion.cases[0].requests, 10);
  EXPECT_EQ(expansion.cases[0].concurrency, 2);
  EXPECT_EQ(expansion.cases[1].index, 1);
  EXPECT_EQ(expansion.cases[1].requests, 1000);
  EXPECT_EQ(expansion.cases[1].concurrency, 64);
  EXPECT_EQ(expansion.cases[1].model.name, "m");
  EXPECT_EQ(expansion.cases[1].dataset.name, "d");
  EXPECT_EQ(expansion.cases[1].engine.url, "http://e/v1/chat/completions");
}

TEST(ExpandCases, DuplicatesNameBothOrigins) {
  const Expansion expansion =
      ExpandCases({MatrixOf({"m"}, {"d"}, {1, 8}, {"e"}), MatrixOf({"m"}, {"d"}, {4, 8}, {"e"})});
  EXPECT_THAT(NamesOf(expansion), ElementsAre("m/d/c1/e", "m/d/c8/e", "m/d/c4/e"));
  EXPECT_THAT(expansion.duplicates, ElementsAre(DuplicateCase{.name = "m/d/c8/e",
                                                              .first = {.matrix = 0, .load = 1},
                                                              .second = {.matrix = 1, .load = 1}}));
}

TEST(ExpandCases, NothingFromAnEmptyAxis) {
  EXPECT_THAT(ExpandCases({MatrixOf({"m"}, {}, {1}, {"e"})}).cases, IsEmpty());
}

TEST(CountCases, IsWhatExpandCasesMakes) {
  const std::vector<SubMatrix> matrices = {MatrixOf({"m"}, {"d1", "d2"}, {1, 2, 3}, {"e1", "e2"}),
                                           MatrixOf({"n"}, {"d"}, {5}, {"e"})};
  EXPECT_EQ(CountCases(matrices), 13u);
  EXPECT_EQ(ExpandCases(matrices).cases.size(), 13u);
}

// 2^16 values on each of four axes are 2^64 cases, which a product of 64 bits would call 0.
TEST(CountCases, SaturatesInsteadOfWrapping) {
  SubMatrix matrix;
  matrix.models.resize(1 << 16);
  matrix.datasets.resize(1 << 16);
  matrix.concurrencies.resize(1 << 16);
  matrix.engines.resize(1 << 16);
  EXPECT_GT(CountCases({matrix}), kMaxCases);
  EXPECT_GT(CountCases({matrix, matrix}), kMaxCases);
}

}  // namespace
}  // namespace monsoon
