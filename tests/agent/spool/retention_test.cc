#include "agent/core/spool/retention.h"

#include <gmock/gmock.h>

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

SpoolFacts Spool(const std::string& name, int64_t bytes, int64_t written_ns, bool in_use = false) {
  return {.name = name, .bytes = bytes, .written_ns = written_ns, .in_use = in_use};
}

TEST(Retention, WhatIsOldGoesUnlessSomebodyUsesIt) {
  const std::vector<SpoolFacts> spools = {Spool("old", 1, 0), Spool("just", 1, 100),
                                          Spool("young", 1, 101), Spool("live", 1, 0, true)};
  EXPECT_THAT(ExpiredSpools(spools, 1100, 1000), ElementsAre("old", "just"));
}

TEST(Retention, TheOldestFinishedOnesMakeRoom) {
  const std::vector<SpoolFacts> spools = {Spool("c", 30, 3), Spool("a", 10, 1), Spool("b", 20, 2),
                                          Spool("live", 40, 0, true)};
  SpoolRoom room = FindSpoolRoom(spools, 0, 100);
  EXPECT_TRUE(room.enough);
  EXPECT_THAT(room.remove, IsEmpty());
  EXPECT_THAT(FindSpoolRoom(spools, 10, 100).remove, ElementsAre("a"));
  EXPECT_THAT(FindSpoolRoom(spools, 11, 100).remove, ElementsAre("a", "b"));
  EXPECT_THAT(FindSpoolRoom(spools, 60, 100).remove, ElementsAre("a", "b", "c"));
}

TEST(Retention, NothingIsDeletedInVain) {
  const SpoolRoom room = FindSpoolRoom({Spool("a", 10, 1), Spool("live", 95, 0, true)}, 10, 100);
  EXPECT_FALSE(room.enough);
  EXPECT_THAT(room.remove, IsEmpty());
}

}  // namespace
}  // namespace monsoon
