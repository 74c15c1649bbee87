#include "controller/core/calibrate/step_script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace monsoon {
namespace {

using ::testing::ElementsAre;

TEST(StepScript, ManyStreamsGetAnswersOfHalfASecond) {
  const StepScript script = ScriptFor({.streams = 1000, .tokens_per_s = 100, .seconds = 8});
  // 50 ms and 49 gaps of 10 ms: 0.54 s, of which 8 s hold 15.
  EXPECT_EQ(script.answer_tokens, 50);
  EXPECT_EQ(script.requests, 15'000);
  EXPECT_EQ(script.warmup, 1000);
  EXPECT_THAT(script.engine_arguments,
              ElementsAre("--ttft", "lognormal:median=50000us,sigma=0.3", "--itl",
                          "lognormal:median=9559.97us,sigma=0.3", "--tokens", "50"));
}

TEST(StepScript, OneStreamGetsShortAnswersSoThatThereAreManyFirstTokens) {
  const StepScript script = ScriptFor({.streams = 1, .tokens_per_s = 100, .seconds = 8});
  EXPECT_EQ(script.answer_tokens, 2);
  EXPECT_EQ(script.requests, 533);  // 5 ms and one gap of 10 ms
  EXPECT_GE(script.requests, 459);  // what a p99 needs
}

TEST(StepScript, ASlowStreamStillHasOneAnswerEach) {
  const StepScript script = ScriptFor({.streams = 20, .tokens_per_s = 1, .seconds = 0.1});
  EXPECT_EQ(script.answer_tokens, 2);
  EXPECT_EQ(script.requests, 20);
}

TEST(StepScript, AnOpenLoopAsksForOneTokenEach) {
  const StepScript script = ScriptFor({.requests_per_s = 5000, .seconds = 8});
  EXPECT_EQ(script.answer_tokens, 1);
  EXPECT_EQ(script.requests, 40'000);
  EXPECT_EQ(script.warmup, 1000);
  EXPECT_THAT(script.engine_arguments,
              ElementsAre("--ttft", "lognormal:median=2000us,sigma=0.3", "--tokens", "1"));
}

}  // namespace
}  // namespace monsoon
