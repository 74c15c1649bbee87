#include "controller/core/report/requests_csv.h"

#include <gtest/gtest.h>

#include "absl/strings/str_split.h"

#include "common/time/clock.h"
#include "tests/controller/report/sample_run.h"

namespace monsoon {
namespace {

std::string Row(const RequestRecord& record, std::string_view case_name = "m/d/c1/e") {
  std::string line;
  AppendRequestsCsvRow({case_name, "run.0.7", "load1:7070", record}, line);
  return line;
}

// The value under `column`, for lines without quoted fields.
std::string Value(const std::string& line, const std::string& column) {
  const std::vector<std::string> names = absl::StrSplit(RequestsCsvHeader(), ',');
  const std::vector<std::string> values = absl::StrSplit(line, ',');
  EXPECT_EQ(names.size(), values.size());
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == column) return values[i];
  }
  ADD_FAILURE() << "no column " << column;
  return "";
}

TEST(RequestsCsvTest, SuccessByHand) {
  RequestRecord record = StreamedRecord(7, 1'500'000'001, 100 * kNsPerMs, 20 * kNsPerMs, 11);
  record.flags = kFlagNewConnection | kFlagNoDone;
  const std::string line = Row(record);
  EXPECT_EQ(line.substr(line.size() - 2), "\r\n");
  EXPECT_EQ(Value(line, "case"), "m/d/c1/e");
  EXPECT_EQ(Value(line, "request_index"), "7");
  EXPECT_EQ(Value(line, "status"), "ok");
  EXPECT_EQ(Value(line, "error_class"), "");
  EXPECT_EQ(Value(line, "dispatched_at_s"), "1.500000001");
  EXPECT_EQ(Value(line, "connect_at_s"), "");
  EXPECT_EQ(Value(line, "first_token_at_s"), "1.600000001");
  EXPECT_EQ(Value(line, "ttft_s"), "0.100000000");
  EXPECT_EQ(Value(line, "tpot_s"), "0.020000000");
  EXPECT_EQ(Value(line, "connect_s"), "");
  EXPECT_EQ(Value(line, "output_tokens"), "11");
  EXPECT_EQ(Value(line, "cached_tokens"), "");
  EXPECT_EQ(Value(line, "flags"), "new_connections no_done");
}

TEST(RequestsCsvTest, FailureHasNoLatencies) {
  RequestRecord record = StreamedRecord(7, 0, 100, 10, 11);
  record.status = RequestStatus::kFailed;
  record.error_class = ErrorClass::kTimeoutIdle;
  const std::string line = Row(record);
  EXPECT_EQ(Value(line, "error_class"), "timeout_idle");
  EXPECT_EQ(Value(line, "first_token_at_s"), "0.000000100") << "the stamp is a fact";
  EXPECT_EQ(Value(line, "ttft_s"), "");
}

TEST(RequestsCsvTest, StampBeforeTheRunsStart) {
  RequestRecord record;
  record.intended_ns = -1;
  record.dispatched_ns = -1'500'000'000;
  EXPECT_EQ(Value(Row(record), "intended_at_s"), "-0.000000001");
  EXPECT_EQ(Value(Row(record), "dispatched_at_s"), "-1.500000000");
}

TEST(RequestsCsvTest, QuotingByRfc4180) {
  RequestRecord record;
  record.error_message = "said \"no\", twice\r\nand left";
  const std::string line = Row(record, "a,b");
  EXPECT_EQ(line.substr(0, 6), "\"a,b\",");
  const std::string end = ",\"said \"\"no\"\", twice  and left\"\r\n";
  EXPECT_EQ(line.substr(line.size() - end.size()), end);
}

TEST(RequestsCsvTest, EveryLineHasAsManyFieldsAsTheHeader) {
  const std::vector<std::string> names = absl::StrSplit(RequestsCsvHeader(), ',');
  const std::vector<std::string> values = absl::StrSplit(Row(RequestRecord{}), ',');
  EXPECT_EQ(names.size(), values.size());
}

}  // namespace
}  // namespace monsoon
