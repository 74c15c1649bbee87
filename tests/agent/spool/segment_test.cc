#include "agent/core/spool/segment.h"

#include <gtest/gtest.h>

namespace monsoon {
namespace {

const SpoolSession kSession{
    .run_id = "run", .instance_id = "instance", .epoch = 7, .hostname = "host"};

std::string Sample() {
  std::string bytes(kSegmentMagic);
  bytes += EncodeEntry(EntryKind::kSession, 0, EncodeSession(kSession));
  bytes += EncodeEntry(EntryKind::kBatch, 1, std::string(300, 'a'));
  bytes += EncodeEntry(EntryKind::kBatch, 2, "");
  bytes += EncodeEntry(EntryKind::kCaseDone, 2, std::string("\0\xff", 2));
  bytes += EncodeEntry(EntryKind::kAcknowledged, 1, "");
  return bytes;
}

TEST(Segment, GivesBackWhatWasWritten) {
  const std::string bytes = Sample();
  const Segment segment = DecodeSegment(bytes);
  EXPECT_TRUE(segment.whole);
  ASSERT_EQ(segment.entries.size(), 5u);
  EXPECT_EQ(DecodeSession(segment.entries[0].payload), kSession);
  EXPECT_EQ(segment.entries[1].kind, EntryKind::kBatch);
  EXPECT_EQ(segment.entries[1].sequence, 1u);
  EXPECT_EQ(segment.entries[1].payload, std::string(300, 'a'));
  EXPECT_EQ(segment.entries[2].payload, "");
  EXPECT_EQ(segment.entries[3].kind, EntryKind::kCaseDone);
  EXPECT_EQ(segment.entries[3].payload, std::string("\0\xff", 2));
  EXPECT_EQ(segment.entries[4].sequence, 1u);
}

// The layout that is written down in segment.h, by hand.
TEST(Segment, IsLaidOutAsItSays) {
  const std::string entry = EncodeEntry(EntryKind::kBatch, 0x0102, "xyz");
  ASSERT_EQ(entry.size(), 24u);
  EXPECT_EQ(entry.substr(0, 13), std::string("\3\0\0\0\2\2\1\0\0\0\0\0\0", 13));
  EXPECT_EQ(entry.substr(21), "xyz");
}

// As a process leaves it that is killed while it writes: the entries that end before the cut are
// there, whole, and no other.
TEST(Segment, ACutAtAnyByteLosesOnlyWhatItCuts) {
  const std::string bytes = Sample();
  std::vector<size_t> ends;
  size_t end = kSegmentMagic.size();
  for (const SegmentEntry& entry : DecodeSegment(bytes).entries) {
    end += static_cast<size_t>(kEntryHeaderBytes) + entry.payload.size();
    ends.push_back(end);
  }
  ASSERT_EQ(end, bytes.size());
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    // A copy of its own, so that a read beyond its end is seen.
    const std::string part = bytes.substr(0, cut);
    const Segment segment = DecodeSegment(part);
    size_t expected = 0;
    while (expected < ends.size() && ends[expected] <= cut) ++expected;
    ASSERT_EQ(segment.entries.size(), expected) << cut;
    const bool at_end = cut == kSegmentMagic.size() || (expected > 0 && ends[expected - 1] == cut);
    EXPECT_EQ(segment.whole, at_end) << cut;
  }
}

// A sector that was never written, or was damaged.
TEST(Segment, AChangedByteIsNoticed) {
  const std::string bytes = Sample();
  const size_t entries = DecodeSegment(bytes).entries.size();
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
    const Segment segment = DecodeSegment(damaged);
    EXPECT_LT(segment.entries.size(), entries) << at;
    EXPECT_FALSE(segment.whole) << at;
  }
}

TEST(Segment, AnotherFileIsNone) {
  EXPECT_TRUE(DecodeSegment("").entries.empty());
  EXPECT_FALSE(DecodeSegment("monsoon spool 2\n" + Sample().substr(16)).whole);
}

TEST(Segment, ASessionIsReadWholeOrNotAtAll) {
  const std::string payload = EncodeSession(kSession);
  for (size_t cut = 0; cut < payload.size(); ++cut) {
    EXPECT_FALSE(DecodeSession(payload.substr(0, cut)).has_value()) << cut;
  }
  EXPECT_FALSE(DecodeSession(payload + "x").has_value());
}

}  // namespace
}  // namespace monsoon
