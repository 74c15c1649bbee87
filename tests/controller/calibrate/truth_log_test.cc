#include "controller/core/calibrate/truth_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace monsoon {
namespace {

using ::testing::HasSubstr;

const std::string kHeader =
    "request_id,connection,received_ns,headers_ns,first_token_ns,last_token_ns,end_ns,tokens,"
    "prompt_tokens,status,outcome,first_token_lateness_ns,max_lateness_ns\n";

std::string Problem(const std::string& lines) {
  const absl::StatusOr<TruthLog> log = ParseTruthLog(lines);
  EXPECT_EQ(log.status().code(), absl::StatusCode::kInvalidArgument) << lines;
  return std::string(log.status().message());
}

TEST(TruthLog, ReadsTtftAndLateness) {
  const absl::StatusOr<TruthLog> log =
      ParseTruthLog(kHeader +
                    "r.0.0,1,1000,1100,5000,9000,9100,3,2,200,ok,40,90\n"
                    "r.0.1,2,2000,2100,2000,9000,9100,3,2,200,client_closed,-7,90\n");
  ASSERT_TRUE(log.ok()) << log.status();
  ASSERT_EQ(log->size(), 2u);
  EXPECT_EQ(log->at("r.0.0").ttft_ns, 4000);
  EXPECT_EQ(log->at("r.0.0").lateness_ns, 40);
  EXPECT_EQ(log->at("r.0.1").ttft_ns, 0);
  EXPECT_EQ(log->at("r.0.1").lateness_ns, -7);
}

TEST(TruthLog, LeavesOutWhatGotNoFirstToken) {
  const absl::StatusOr<TruthLog> log =
      ParseTruthLog(kHeader + "r.0.0,1,1000,0,0,0,1200,0,2,400,rejected,0,0\n");
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_TRUE(log->empty());
}

TEST(TruthLog, AHeaderAloneIsAnEmptyLog) {
  const absl::StatusOr<TruthLog> log = ParseTruthLog(kHeader);
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_TRUE(log->empty());
}

TEST(TruthLog, NamesTheLineAndWhatIsWrong) {
  const std::string good = kHeader + "a,1,1,1,5,5,5,1,1,200,ok,0,0\n";
  EXPECT_THAT(Problem(""), HasSubstr("line 1 of the null engine's log is cut off"));
  EXPECT_THAT(Problem("request_id\n"),
              HasSubstr("line 1 of the null engine's log is not the head"));
  EXPECT_THAT(Problem(good + "b,1,1,1,5,5,5,1,1,200,ok,0,0"), HasSubstr("line 3 of the null"));
  EXPECT_THAT(Problem(good + "b,1,1,1,5,5,5,1,1,200,ok,0,0"), HasSubstr("is cut off"));
  EXPECT_THAT(Problem(good + "b,1,1,1,5,5,5,1,1,200,ok,0\n"), HasSubstr("has not 13 fields"));
  EXPECT_THAT(Problem(good + "b,1,1,1,5,5,5,1,1,200,ok,0,0,0\n"), HasSubstr("has not 13 fields"));
  EXPECT_THAT(Problem(good + "\n"), HasSubstr("line 3 of the null engine's log has not 13 fields"));
  EXPECT_THAT(Problem(good + "b,1,x,1,5,5,5,1,1,200,ok,0,0\n"), HasSubstr("'x' where a number"));
  EXPECT_THAT(Problem(good + "b,1,1,1,5z,5,5,1,1,200,ok,0,0\n"), HasSubstr("'5z' where a number"));
  EXPECT_THAT(Problem(good + "b,1,1,1,,5,5,1,1,200,ok,0,0\n"), HasSubstr("'' where a number"));
  EXPECT_THAT(Problem(good + "b,1,1,1,5,5,5,1,1,200,ok,1.5,0\n"),
              HasSubstr("'1.5' where a number"));
  EXPECT_THAT(Problem(good + "b,1,99999999999999999999,1,5,5,5,1,1,200,ok,0,0\n"),
              HasSubstr("where a number"));
  EXPECT_THAT(Problem(good + ",1,1,1,5,5,5,1,1,200,ok,0,0\n"), HasSubstr("has no request id"));
  EXPECT_THAT(Problem(good + "b,1,6,1,5,5,5,1,1,200,ok,0,0\n"), HasSubstr("before its request"));
  EXPECT_THAT(Problem(good + "b,1,0,1,5,5,5,1,1,200,ok,0,0\n"), HasSubstr("before its request"));
  EXPECT_THAT(Problem(good + "a,1,1,1,5,5,5,1,1,200,ok,0,0\n"), HasSubstr("repeats request a"));
}

}  // namespace
}  // namespace monsoon
