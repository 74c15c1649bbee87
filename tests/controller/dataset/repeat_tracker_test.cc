#include "controller/core/dataset/repeat_tracker.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string_view>

namespace monsoon {
namespace {

void Note(RepeatTracker& tracker, std::initializer_list<std::string_view> prompts,
          bool warmup = false) {
  for (const std::string_view prompt : prompts) {
    tracker.Note(ComputeItemId(ItemKind::kPrompt, prompt), warmup);
  }
}

TEST(RepeatTrackerTest, CountsPromptsSentBeforeInTheCase) {
  RepeatTracker tracker;
  tracker.BeginCase("vllm", "http://gpu1", false);
  EXPECT_EQ(tracker.RepeatedShare(), 0.0);
  Note(tracker, {"a", "b", "c", "a", "b"});
  EXPECT_DOUBLE_EQ(tracker.RepeatedShare(), 2.0 / 5.0);
}

TEST(RepeatTrackerTest, WarmupWarmsTheCacheButIsNotMeasured) {
  RepeatTracker tracker;
  tracker.BeginCase("vllm", "http://gpu1", false);
  Note(tracker, {"a", "a", "b"}, /*warmup=*/true);
  EXPECT_EQ(tracker.RepeatedShare(), 0.0);
  Note(tracker, {"a", "b", "c", "d"});
  EXPECT_DOUBLE_EQ(tracker.RepeatedShare(), 2.0 / 4.0);
}

TEST(RepeatTrackerTest, RemembersEarlierCasesOfTheSameEngineOnly) {
  RepeatTracker tracker;
  tracker.BeginCase("vllm", "http://gpu1", false);
  Note(tracker, {"a", "b"});
  tracker.BeginCase("vllm", "http://gpu2", false);
  Note(tracker, {"a", "b"});
  EXPECT_EQ(tracker.RepeatedShare(), 0.0);
  tracker.BeginCase("tgi", "http://gpu1", false);
  Note(tracker, {"a"});
  EXPECT_EQ(tracker.RepeatedShare(), 0.0);
  tracker.BeginCase("vllm", "http://gpu1", false);
  Note(tracker, {"a", "x", "b", "y"});
  EXPECT_DOUBLE_EQ(tracker.RepeatedShare(), 0.5);
}

TEST(RepeatTrackerTest, BustedPromptsAreNeverRepeatsNorMakeLaterOnesRepeats) {
  RepeatTracker tracker;
  tracker.BeginCase("vllm", "http://gpu1", true);
  Note(tracker, {"a", "a", "a"});
  EXPECT_EQ(tracker.RepeatedShare(), 0.0);
  tracker.BeginCase("vllm", "http://gpu1", false);
  Note(tracker, {"a"});
  EXPECT_EQ(tracker.RepeatedShare(), 0.0);
  tracker.BeginCase("vllm", "http://gpu1", true);
  Note(tracker, {"a"});
  EXPECT_EQ(tracker.RepeatedShare(), 0.0);
}

}  // namespace
}  // namespace monsoon
