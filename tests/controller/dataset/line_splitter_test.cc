#include "controller/core/dataset/line_splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/controller/dataset/splitting.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kLines[] =
    "\xef\xbb\xbf"
    "one\r\n\n  \t\r\n two \n\r\nth\rree\nlast";

TEST(LineSplitterTest, FindsLinesThatAreNotBlank) {
  const SplitResult result = SplitPieces(LineSplitter(), {kLines});
  EXPECT_EQ(result.error, "");
  EXPECT_THAT(result.entries,
              ElementsAre(SplitEntry{3, 1, 1, "one"}, SplitEntry{14, 4, 1, " two "},
                          SplitEntry{22, 6, 1, "th\rree"}, SplitEntry{29, 7, 1, "last"}));
}

TEST(LineSplitterTest, FindsTheSameWhereverTheBytesAreCut) {
  const SplitResult whole = SplitPieces(LineSplitter(), {kLines});
  for (const auto& pieces : AllCuts(kLines)) {
    EXPECT_EQ(SplitPieces(LineSplitter(), pieces), whole) << "cut after " << pieces[0];
  }
}

TEST(LineSplitterTest, ALastLineEndMakesNoFurtherLine) {
  EXPECT_EQ(SplitPieces(LineSplitter(), {"a\nb"}).entries,
            SplitPieces(LineSplitter(), {"a\nb\n"}).entries);
  EXPECT_EQ(SplitPieces(LineSplitter(), {"a\nb"}).entries,
            SplitPieces(LineSplitter(), {"a\nb\r"}).entries);
}

TEST(LineSplitterTest, AFileOfBlankLinesHasNone) {
  EXPECT_THAT(SplitPieces(LineSplitter(), {""}).entries, IsEmpty());
  EXPECT_THAT(SplitPieces(LineSplitter(), {"\xef\xbb\xbf\n \r\n\n"}).entries, IsEmpty());
}

TEST(LineSplitterTest, AByteOrderMarkInTheMiddleIsText) {
  EXPECT_THAT(SplitPieces(LineSplitter(), {"a\n\xef\xbb\xbf"
                                           "b"})
                  .entries,
              ElementsAre(SplitEntry{0, 1, 1, "a"}, SplitEntry{2, 2, 1,
                                                               "\xef\xbb\xbf"
                                                               "b"}));
}

TEST(LineSplitterTest, StopsWhenTheSinkHasEnough) {
  EXPECT_THAT(SplitPieces(LineSplitter(), {"a\nb\nc\n", "d"}, 2).entries,
              ElementsAre(SplitEntry{0, 1, 1, "a"}, SplitEntry{2, 2, 1, "b"}));
}

TEST(LineSplitterTest, RefusesALineBeyondTheLimit) {
  constexpr int64_t kLimit = 1 << 20;
  const std::string fits = "a\n" + std::string(kLimit, 'x');
  EXPECT_EQ(SplitPieces(LineSplitter(kLimit), {fits + "\n"}).error, "");
  EXPECT_EQ(SplitPieces(LineSplitter(kLimit), {fits}).error, "");
  const std::string error =
      "2:1: this line is longer than 1 MiB, the limit; split it (a file that is one JSON array is "
      "format longalpaca) (byte 2)";
  EXPECT_EQ(SplitPieces(LineSplitter(kLimit), {fits + "x\n"}).error, error);
  EXPECT_EQ(SplitPieces(LineSplitter(kLimit), {fits, "x"}).error, error);
}

}  // namespace
}  // namespace monsoon
