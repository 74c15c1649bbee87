#include "agent/core/spool/spool_order.h"

#include <gtest/gtest.h>

namespace monsoon {
namespace {

SegmentEntry CaseDone(uint64_t last_sequence, std::string_view payload) {
  return {EntryKind::kCaseDone, last_sequence, payload};
}

// The order of batches and ends, as whoever collects them sees it.
std::string Walk(SpoolOrder order, const std::vector<uint64_t>& batches) {
  std::string seen;
  const auto ends = [&](uint64_t before) {
    while (const auto end = order.CaseDoneBefore(before)) seen += *end;
  };
  for (const uint64_t batch : batches) {
    if (!order.Take(batch)) continue;
    ends(batch);
    seen += std::to_string(batch);
  }
  ends(~uint64_t{0});
  return seen;
}

TEST(SpoolOrder, EachEndFollowsTheLastBatchOfItsCase) {
  EXPECT_EQ(Walk(SpoolOrder({CaseDone(2, "a"), CaseDone(2, "b"), CaseDone(4, "c")}), {1, 2, 3, 4}),
            "12ab34c");
  EXPECT_EQ(Walk(SpoolOrder({CaseDone(0, "a"), CaseDone(1, "b")}), {1}), "a1b");
}

TEST(SpoolOrder, BatchesComeOnceAndInOrder) {
  EXPECT_EQ(Walk(SpoolOrder(std::vector<SegmentEntry>{}), {1, 2, 2, 1, 3}), "123");
}

TEST(SpoolOrder, WhatWasAcknowledgedIsLeftOutAndEndsAreNot) {
  const SpoolOrder order({CaseDone(2, "a"),
                          {EntryKind::kAcknowledged, 2, ""},
                          CaseDone(5, "b"),
                          {EntryKind::kAcknowledged, 3, ""}});
  EXPECT_EQ(order.acknowledged(), 3u);
  EXPECT_EQ(Walk(order, {2, 3, 4, 5}), "a45b");
}

TEST(SpoolOrder, FolderNamesAreSafeWhateverTheRunIsCalled) {
  const SpoolSession session{.run_id = "../../etc/x y", .instance_id = "0a1b", .epoch = 3};
  EXPECT_EQ(SpoolFolderName(session), "______etc_x_y-0a1b-3");
  EXPECT_LT(SpoolFolderName({.run_id = std::string(5000, 'r'), .instance_id = "i"}).size(), 200u);
}

TEST(SpoolOrder, TheUsualPlace) {
  EXPECT_EQ(DefaultSpoolFolder("/var/lib/monsoon:/var/lib/other", "/x", "/h"),
            "/var/lib/monsoon/spool");
  EXPECT_EQ(DefaultSpoolFolder("", "/x", "/h"), "/x/monsoon/spool");
  EXPECT_EQ(DefaultSpoolFolder("", "", "/h"), "/h/.local/state/monsoon/spool");
  EXPECT_EQ(DefaultSpoolFolder("", "", ""), "");
}

}  // namespace
}  // namespace monsoon
