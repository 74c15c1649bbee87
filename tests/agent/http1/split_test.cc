// Property: what a response means does not depend on where the network cut it.
#include <gtest/gtest.h>

#include <random>
#include <string_view>
#include <vector>

#include "tests/agent/http1/read_response.h"
#include "tests/agent/http1/sample_responses.h"

namespace monsoon {
namespace {

TEST(ResponseParserSplit, EveryPairOfReadsGivesTheSame) {
  ResponseParser parser;
  for (const std::string_view sample : SampleResponses()) {
    const SeenResponse whole = ReadResponse(parser, {sample});
    for (size_t cut = 0; cut <= sample.size(); ++cut) {
      ASSERT_EQ(ReadResponse(parser, {sample.substr(0, cut), sample.substr(cut)}), whole)
          << sample << "\ncut at " << cut;
    }
  }
}

TEST(ResponseParserSplit, SingleBytesGiveTheSame) {
  ResponseParser parser;
  for (const std::string_view sample : SampleResponses()) {
    std::vector<std::string_view> reads;
    for (size_t i = 0; i < sample.size(); ++i) reads.push_back(sample.substr(i, 1));
    ASSERT_EQ(ReadResponse(parser, reads), ReadResponse(parser, {sample})) << sample;
  }
}

TEST(ResponseParserSplit, RandomReadsGiveTheSame) {
  ResponseParser parser;
  for (const std::string_view sample : SampleResponses()) {
    const SeenResponse whole = ReadResponse(parser, {sample});
    for (unsigned seed = 0; seed < 200; ++seed) {
      std::minstd_rand random(seed + 1);
      std::vector<std::string_view> reads;
      for (std::string_view left = sample; !left.empty();) {
        reads.push_back(left.substr(0, random() % (1 + seed % 40)));  // may be empty
        if (seed % 40 == 0) reads.back() = left.substr(0, 1);
        left.remove_prefix(reads.back().size());
      }
      ASSERT_EQ(ReadResponse(parser, reads), whole) << sample << "\nseed " << seed;
    }
  }
}

// Every beginning of a good answer is either incomplete or an answer that closing ends.
TEST(ResponseParserSplit, NoBeginningOfAFramedAnswerIsComplete) {
  ResponseParser parser;
  for (const std::string_view sample : SampleResponses()) {
    const SeenResponse whole = ReadResponse(parser, {sample});
    if (!whole.ended || !whole.rest.empty()) continue;
    for (size_t bytes = 0; bytes < sample.size(); ++bytes) {
      const SeenResponse part = ReadResponse(parser, {sample.substr(0, bytes)});
      ASSERT_FALSE(part.ended || part.ended_by_close) << sample.substr(0, bytes);
      ASSERT_EQ(part.error_class, ErrorClass::kTruncated) << sample.substr(0, bytes);
    }
  }
}

}  // namespace
}  // namespace monsoon
