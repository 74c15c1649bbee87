#include "tests/mock_engine/truth_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/mock_engine/distribution.h"

namespace monsoon::mock_engine {
namespace {

RequestTruth Example() {
  RequestTruth truth;
  truth.request_id = "r1";
  truth.connection = 2;
  truth.received_ns = 100;
  truth.headers_ns = 110;
  truth.first_token_ns = 200;
  truth.last_token_ns = 300;
  truth.end_ns = 310;
  truth.tokens = 4;
  truth.prompt_tokens = 5;
  truth.status = 200;
  truth.first_token_lateness_ns = 6;
  truth.max_lateness_ns = 7;
  return truth;
}

TEST(TruthLineTest, FollowsTheHeader) {
  EXPECT_EQ(TruthHeader(),
            "request_id,connection,received_ns,headers_ns,first_token_ns,last_token_ns,end_ns,"
            "tokens,prompt_tokens,status,outcome,first_token_lateness_ns,max_lateness_ns\n");
  std::string line;
  AppendTruthLine(Example(), &line);
  EXPECT_EQ(line, "r1,2,100,110,200,300,310,4,5,200,ok,6,7\n");
}

TEST(TruthLineTest, QuotesAnAwkwardRequestId) {
  RequestTruth truth = Example();
  truth.request_id = "a,\"b\"";
  std::string line;
  AppendTruthLine(truth, &line);
  EXPECT_TRUE(line.starts_with("\"a,\"\"b\"\"\",2,"));
}

TEST(TruthLogTest, WritesEverythingBeforeItGoes) {
  const std::string path = ::testing::TempDir() + "mock_engine_truth_log_test.csv";
  auto log = TruthLog::Open(path);
  ASSERT_TRUE(log.ok()) << log.status();
  for (int i = 0; i < 1000; ++i) (*log)->Add(Example());
  log->reset();
  const auto content = ReadWholeFile(path);
  ASSERT_TRUE(content.ok());
  EXPECT_EQ(std::count(content->begin(), content->end(), '\n'), 1001);
}

TEST(TruthLogTest, SaysWhyItCannot) {
  EXPECT_THAT(std::string(TruthLog::Open("/no/such/folder/log").status().message()),
              ::testing::HasSubstr("choose another --log"));
}

}  // namespace
}  // namespace monsoon::mock_engine
