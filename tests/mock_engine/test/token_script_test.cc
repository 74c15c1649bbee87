#include "tests/mock_engine/token_script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace monsoon::mock_engine {
namespace {

using ::testing::ElementsAre;

std::vector<int64_t> ChunkSizes(TokenScript script) {
  std::vector<int64_t> sizes;
  while (!script.done()) sizes.push_back(script.NextChunk().tokens);
  return sizes;
}

TEST(TokenScriptTest, AnswersHaveAtMost64TokensUnlessScripted) {
  TokenScriptOptions options;
  EXPECT_EQ(TokenScript(options, 0, 1, std::nullopt).tokens(), 64);
  EXPECT_EQ(TokenScript(options, 0, 1, 512).tokens(), 64);
  EXPECT_FALSE(TokenScript(options, 0, 1, 512).stopped_by_limit());
  EXPECT_EQ(TokenScript(options, 0, 1, 10).tokens(), 10);
  EXPECT_TRUE(TokenScript(options, 0, 1, 10).stopped_by_limit());
  EXPECT_TRUE(TokenScript(options, 0, 1, 64).stopped_by_limit());
}

TEST(TokenScriptTest, ScriptedTokensNeverExceedTheLimit) {
  TokenScriptOptions options;
  options.tokens = Distribution::Constant(100);
  EXPECT_EQ(TokenScript(options, 0, 1, std::nullopt).tokens(), 100);
  EXPECT_EQ(TokenScript(options, 0, 1, 7).tokens(), 7);
}

TEST(TokenScriptTest, PrefillAddsToTtft) {
  TokenScriptOptions options;
  options.ttft = Distribution::Constant(1'000'000);
  options.prefill_per_token_ns = 20'000;
  EXPECT_EQ(TokenScript(options, 0, 100, std::nullopt).ttft_ns(), 1'000'000 + 100 * 20'000);
}

TEST(TokenScriptTest, ChunksCoverTheTokensAndTheLastIsMarked) {
  TokenScriptOptions options;
  options.tokens = Distribution::Constant(7);
  options.tokens_per_chunk = 3;
  TokenScript script(options, 0, 1, std::nullopt);
  EXPECT_THAT(ChunkSizes(script), ElementsAre(3, 3, 1));
  EXPECT_FALSE(script.NextChunk().last);
  EXPECT_EQ(script.NextChunk().first_token, 3);
  EXPECT_TRUE(script.NextChunk().last);
  EXPECT_TRUE(script.done());
}

TEST(TokenScriptTest, AChunkIsCutWhereReasoningEnds) {
  TokenScriptOptions options;
  options.tokens = Distribution::Constant(6);
  options.tokens_per_chunk = 4;
  options.reasoning_tokens = 2;
  TokenScript script(options, 0, 1, std::nullopt);
  EXPECT_THAT(ChunkSizes(script), ElementsAre(2, 4));
  EXPECT_TRUE(script.NextChunk().reasoning);
  EXPECT_FALSE(script.NextChunk().reasoning);
}

TEST(TokenScriptTest, ARequestsGapsDependOnItsNumberOnly) {
  TokenScriptOptions options;
  options.itl =
      *Distribution::Parse("lognormal:median=5ms,sigma=0.5", Distribution::Unit::kDuration);
  TokenScript first(options, 4, 1, std::nullopt);
  TokenScript again(options, 4, 1, std::nullopt);
  TokenScript other(options, 5, 1, std::nullopt);
  const int64_t gap_ns = first.NextGapNs();
  EXPECT_EQ(gap_ns, again.NextGapNs());
  EXPECT_NE(gap_ns, other.NextGapNs());
}

}  // namespace
}  // namespace monsoon::mock_engine
