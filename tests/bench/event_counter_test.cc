#include "tests/bench/event_counter.h"

#include <gtest/gtest.h>

#include <string>

namespace monsoon::bench {
namespace {

int64_t CountInTwo(std::string_view stream, size_t cut) {
  EventCounter counter;
  const int64_t first = counter.Feed(stream.substr(0, cut));
  return first + counter.Feed(stream.substr(cut));
}

int64_t CountByteByByte(std::string_view stream) {
  EventCounter counter;
  int64_t events = 0;
  for (const char& byte : stream) events += counter.Feed({&byte, 1});
  return events;
}

// Near misses: a mark that breaks off, and one that begins right after it.
constexpr std::string_view kStream =
    "20\r\ndata: {\"delta\":\"d\"}\n\n\r\ndat: data:x ddata: 2\n\ndatdata: [DONE]\n\ndata:";

TEST(EventCounterTest, CountsMarksOnly) {
  EXPECT_EQ(EventCounter().Feed(kStream), 3);
  EXPECT_EQ(EventCounter().Feed(""), 0);
}

TEST(EventCounterTest, EveryCutGivesTheSameCount) {
  for (size_t cut = 0; cut <= kStream.size(); ++cut) {
    EXPECT_EQ(CountInTwo(kStream, cut), 3) << "cut at " << cut;
  }
  EXPECT_EQ(CountByteByByte(kStream), 3);
}

TEST(EventCounterTest, CutMarkCountsWithTheReadThatCompletesIt) {
  EventCounter counter;
  EXPECT_EQ(counter.Feed("data: 1\n\nda"), 1);
  EXPECT_EQ(counter.Feed("ta"), 0);
  EXPECT_EQ(counter.Feed(": 2"), 1);
}

}  // namespace
}  // namespace monsoon::bench
