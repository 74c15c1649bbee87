#include "controller/io/store/run_db.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "tests/controller/report/sample_run.h"
#include "tests/controller/store/temp_dir.h"

namespace monsoon {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<RequestRecord> Records(uint64_t first, uint64_t count) {
  std::vector<RequestRecord> records;
  for (uint64_t i = first; i < first + count; ++i) {
    records.push_back(StreamedRecord(i, 1'000 * static_cast<int64_t>(i), 5'000, 100, 4));
  }
  return records;
}

std::vector<RequestRecord> ReadAll(RunDb& db, int32_t case_index = 0) {
  std::vector<RequestRecord> records;
  const absl::Status status = db.ForEachRecord(
      case_index, [&records](const RequestRecord& record) { records.push_back(record); });
  EXPECT_TRUE(status.ok()) << status;
  return records;
}

// A row with every member set to something of its own, or, for odd numbers, unset.
RequestRecord AnyRecord(std::mt19937_64& random, uint64_t index) {
  const auto stamp = [&random] {
    return random() % 3 == 0 ? kNever : static_cast<int64_t>(random() >> 2) - (int64_t{1} << 40);
  };
  const auto tokens = [&random] {
    return random() % 3 == 0 ? kUnknownTokens : static_cast<int64_t>(random() % 5000);
  };
  RequestRecord record;
  record.request_index = index;
  record.phase = static_cast<Phase>(random() % 2);
  record.status = static_cast<RequestStatus>(random() % 5);
  record.error_class = static_cast<ErrorClass>(random() % kErrorClassCount);
  record.flags = static_cast<uint32_t>(random() % 512);
  record.http_status = static_cast<int32_t>(random() % 600);
  for (int64_t RequestRecord::*const member :
       {&RequestRecord::intended_ns, &RequestRecord::dispatched_ns,
        &RequestRecord::connect_begin_ns, &RequestRecord::connect_ns, &RequestRecord::tls_ns,
        &RequestRecord::sent_ns, &RequestRecord::headers_ns, &RequestRecord::first_event_ns,
        &RequestRecord::first_token_ns, &RequestRecord::first_content_ns,
        &RequestRecord::last_token_ns, &RequestRecord::done_ns,
        &RequestRecord::first_token_lag_ns}) {
    record.*member = stamp();
  }
  for (int64_t RequestRecord::*const member :
       {&RequestRecord::input_tokens, &RequestRecord::output_tokens,
        &RequestRecord::reasoning_tokens, &RequestRecord::cached_tokens,
        &RequestRecord::first_chunk_tokens, &RequestRecord::usage_input_tokens,
        &RequestRecord::usage_output_tokens, &RequestRecord::tokenizer_input_tokens,
        &RequestRecord::tokenizer_output_tokens}) {
    record.*member = tokens();
  }
  record.token_source = static_cast<TokenSource>(random() % 4);
  record.input_token_source = static_cast<TokenSource>(random() % 3);
  record.token_events = static_cast<int64_t>(random() % 1000);
  record.received_bytes = static_cast<int64_t>(random() % 100000);
  record.finish_reason = random() % 2 == 0 ? "" : "length";
  record.error_message = random() % 2 == 0 ? "" : "错误 \"quoted\", 'single'";
  for (uint64_t i = random() % 20; i > 0; --i) record.gaps += static_cast<char>(random());
  return record;
}

// RequestRecord has no operator==; this compares what the database must keep, shifted stamps apart.
void ExpectSame(const RequestRecord& actual, const RequestRecord& expected, int64_t shift_ns) {
  const auto shifted = [shift_ns](int64_t ns) { return ns == kNever ? kNever : ns + shift_ns; };
  EXPECT_EQ(actual.request_index, expected.request_index);
  EXPECT_EQ(actual.phase, expected.phase);
  EXPECT_EQ(actual.status, expected.status);
  EXPECT_EQ(actual.error_class, expected.error_class);
  EXPECT_EQ(actual.flags, expected.flags);
  EXPECT_EQ(actual.http_status, expected.http_status);
  EXPECT_EQ(actual.intended_ns, shifted(expected.intended_ns));
  EXPECT_EQ(actual.dispatched_ns, shifted(expected.dispatched_ns));
  EXPECT_EQ(actual.connect_begin_ns, shifted(expected.connect_begin_ns));
  EXPECT_EQ(actual.connect_ns, shifted(expected.connect_ns));
  EXPECT_EQ(actual.tls_ns, shifted(expected.tls_ns));
  EXPECT_EQ(actual.sent_ns, shifted(expected.sent_ns));
  EXPECT_EQ(actual.headers_ns, shifted(expected.headers_ns));
  EXPECT_EQ(actual.first_event_ns, shifted(expected.first_event_ns));
  EXPECT_EQ(actual.first_token_ns, shifted(expected.first_token_ns));
  EXPECT_EQ(actual.first_content_ns, shifted(expected.first_content_ns));
  EXPECT_EQ(actual.last_token_ns, shifted(expected.last_token_ns));
  EXPECT_EQ(actual.done_ns, shifted(expected.done_ns));
  EXPECT_EQ(actual.first_token_lag_ns, expected.first_token_lag_ns) << "a duration is not shifted";
  EXPECT_EQ(actual.input_tokens, expected.input_tokens);
  EXPECT_EQ(actual.output_tokens, expected.output_tokens);
  EXPECT_EQ(actual.reasoning_tokens, expected.reasoning_tokens);
  EXPECT_EQ(actual.cached_tokens, expected.cached_tokens);
  EXPECT_EQ(actual.first_chunk_tokens, expected.first_chunk_tokens);
  EXPECT_EQ(actual.token_source, expected.token_source);
  EXPECT_EQ(actual.input_token_source, expected.input_token_source);
  EXPECT_EQ(actual.usage_input_tokens, expected.usage_input_tokens);
  EXPECT_EQ(actual.usage_output_tokens, expected.usage_output_tokens);
  EXPECT_EQ(actual.tokenizer_input_tokens, expected.tokenizer_input_tokens);
  EXPECT_EQ(actual.tokenizer_output_tokens, expected.tokenizer_output_tokens);
  EXPECT_EQ(actual.token_events, expected.token_events);
  EXPECT_EQ(actual.received_bytes, expected.received_bytes);
  EXPECT_EQ(actual.finish_reason, expected.finish_reason);
  EXPECT_EQ(actual.error_message, expected.error_message);
  EXPECT_EQ(actual.gaps, expected.gaps);
}

TEST(RunDbTest, AnyRecordComesBackAsItWas) {
  const TempDir dir;
  std::mt19937_64 random(7);
  std::vector<RequestRecord> records;
  for (uint64_t i = 0; i < 300; ++i) records.push_back(AnyRecord(random, 299 - i));
  constexpr int64_t kShift = -123'456'789;
  {
    auto db = RunDb::Create(dir / "run.db");
    ASSERT_TRUE(db.ok()) << db.status();
    ASSERT_TRUE((*db)->AppendRecords({"a:1", 1, 1}, 3, "r.3.", kShift, records).ok());
  }
  auto db = RunDb::Open(dir / "run.db");
  ASSERT_TRUE(db.ok()) << db.status();
  const std::vector<RequestRecord> read = ReadAll(**db, 3);
  ASSERT_EQ(read.size(), records.size());
  for (size_t i = 0; i < read.size(); ++i) ExpectSame(read[i], records[299 - i], kShift);
  EXPECT_TRUE(ReadAll(**db, 2).empty());
}

TEST(RunDbTest, RequestIdAndAgentAreKept) {
  const TempDir dir;
  auto db = RunDb::Create(dir / "run.db");
  ASSERT_TRUE((*db)->AppendRecords({"load1:7070", 1, 1}, 0, "run-x.0.", 0, Records(41, 1)).ok());
  int seen = 0;
  ASSERT_TRUE((*db)
                  ->ForEachRequest(0,
                                   [&seen](const StoredRequest& row) {
                                     ++seen;
                                     EXPECT_EQ(row.request_id, "run-x.0.41");
                                     EXPECT_EQ(row.agent, "load1:7070");
                                   })
                  .ok());
  EXPECT_EQ(seen, 1);
}

TEST(RunDbTest, ResentBatchIsIgnored) {
  const TempDir dir;
  auto db = RunDb::Create(dir / "run.db");
  const BatchId batch{"a:1", 7, 1};
  ASSERT_TRUE((*db)->AppendRecords(batch, 0, "r.", 0, Records(0, 10)).ok());
  EXPECT_TRUE((*db)->AppendRecords(batch, 0, "r.", 0, Records(0, 10)).ok());
  EXPECT_EQ(ReadAll(**db).size(), 10u);
  // The same sequence of another epoch, or of another agent, is another batch.
  EXPECT_TRUE((*db)->AppendRecords({"a:1", 8, 1}, 0, "r.", 0, Records(10, 1)).ok());
  EXPECT_TRUE((*db)->AppendRecords({"b:1", 7, 1}, 0, "r.", 0, Records(11, 1)).ok());
  EXPECT_EQ(ReadAll(**db).size(), 12u);
}

TEST(RunDbTest, SecondRecordOfARequestIsAnErrorAndItsBatchIsNotRemembered) {
  const TempDir dir;
  auto db = RunDb::Create(dir / "run.db");
  ASSERT_TRUE((*db)->AppendRecords({"a:1", 1, 1}, 0, "r.0.", 0, Records(0, 5)).ok());
  const absl::Status status =
      (*db)->AppendRecords({"b:1", 1, 1}, 0, "r.0.", 1'000'000, Records(3, 4));
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(status.message()), HasSubstr("r.0.3"));
  const std::vector<RequestRecord> records = ReadAll(**db);
  ASSERT_EQ(records.size(), 5u) << "the batch must be stored whole or not at all";
  EXPECT_EQ(records[3].dispatched_ns, 3'000) << "the first record must stand";
  // The same request of another case is another request, and the refused batch can come again.
  EXPECT_TRUE((*db)->AppendRecords({"b:1", 1, 1}, 1, "r.1.", 0, Records(3, 4)).ok());
}

// What a controller that died leaves: everything acknowledged is there for a reader.
// A file size limit stands in for a full disk: the kernel refuses the write in the same place.
TEST(RunDbTest, FactsComeBackAsTheyWere) {
  const TempDir dir;
  const SampleRun sample = MakeSampleRun();
  {
    auto db = RunDb::Create(dir / "run.db");
    ASSERT_TRUE((*db)->WriteRun({.run_id = sample.run.run_id, .name = "first words"}).ok());
    ASSERT_TRUE((*db)->WriteRun(sample.run).ok()) << "a run is written again when it has finished";
    for (const SampleCase& one : sample.cases) {
      ASSERT_TRUE((*db)->WriteCase({.spec = one.facts.spec, .agents = one.facts.agents}).ok());
      ASSERT_TRUE((*db)->WriteCase(one.facts).ok());
    }
  }
  auto db = RunDb::Open(dir / "run.db");
  const RunFacts run = *(*db)->ReadRun();
  EXPECT_EQ(run.run_id, sample.run.run_id);
  EXPECT_EQ(run.name, sample.run.name);
  EXPECT_EQ(run.seed, sample.run.seed);
  EXPECT_EQ(run.finished_wall_ns, sample.run.finished_wall_ns);
  EXPECT_EQ(run.calibration, sample.run.calibration);
  const std::vector<CaseFacts> cases = *(*db)->ReadCases();
  ASSERT_EQ(cases.size(), sample.cases.size());
  for (size_t i = 0; i < cases.size(); ++i) {
    const CaseFacts& expected = sample.cases[i].facts;
    EXPECT_EQ(cases[i].spec, expected.spec);
    EXPECT_EQ(cases[i].planned, expected.planned);
    EXPECT_EQ(cases[i].dataset_filtered, expected.dataset_filtered);
    EXPECT_EQ(cases[i].repeated_prompt_share, expected.repeated_prompt_share);
    EXPECT_EQ(cases[i].incomplete_reasons, expected.incomplete_reasons);
    ASSERT_EQ(cases[i].agents.size(), expected.agents.size());
    for (size_t j = 0; j < expected.agents.size(); ++j) {
      EXPECT_EQ(cases[i].agents[j].name, expected.agents[j].name);
      EXPECT_EQ(cases[i].agents[j].clock_offset_ns, expected.agents[j].clock_offset_ns);
      EXPECT_EQ(cases[i].agents[j].busy_share_max, expected.agents[j].busy_share_max);
      EXPECT_EQ(cases[i].agents[j].loop_lag_ns, expected.agents[j].loop_lag_ns);
      EXPECT_EQ(cases[i].agents[j].kernel_lag_ns, expected.agents[j].kernel_lag_ns);
      EXPECT_EQ(cases[i].agents[j].timer_lag_ns, expected.agents[j].timer_lag_ns);
      EXPECT_EQ(cases[i].agents[j].clock_step_ns, expected.agents[j].clock_step_ns);
      EXPECT_EQ(cases[i].agents[j].clock_rate_error, expected.agents[j].clock_rate_error);
      EXPECT_EQ(cases[i].agents[j].lost, expected.agents[j].lost);
      EXPECT_EQ(cases[i].agents[j].lost_reason, expected.agents[j].lost_reason);
    }
  }
}

TEST(RunDbTest, SecretsOfACaseAreNotOnTheDisk) {
  const TempDir dir;
  {
    auto db = RunDb::Create(dir / "run.db");
    CaseFacts facts;
    facts.spec.engine.url = "http://user:hunter2@gpu1:8000/v1/chat/completions";
    facts.spec.engine.headers = {{"Authorization", "Bearer sk-hunter2"}};
    ASSERT_TRUE((*db)->WriteCase(facts).ok());
  }
  std::ifstream file(dir / "run.db", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  EXPECT_THAT(bytes, HasSubstr("Authorization"));
  EXPECT_THAT(bytes, Not(HasSubstr("hunter2")));
}

// People read the database with other tools: the columns that the design promises, by name.
TEST(RunDbTest, AnswersComeBackByteForByte) {
  const TempDir dir;
  std::vector<RequestRecord> records = Records(0, 4);
  const std::string odd("\xFF\0\n\"季风\"", 12);
  records[3].answer = {.text = "hm" + odd + "so",
                       .runs = {{TextChannel::kReasoning, 2},
                                {TextChannel::kContent, static_cast<int64_t>(odd.size())},
                                {TextChannel::kTool, 2}}};
  records[1].answer = {.text = "yes", .runs = {{TextChannel::kContent, 3}}};
  records[2].answer = {.text = "the first event of one", .runs = {{TextChannel::kContent, 22}}};
  records[2].flags |= kFlagTextTooLong;
  auto db = RunDb::Create(dir / "run.db");
  ASSERT_TRUE(db.ok()) << db.status();
  ASSERT_TRUE((*db)->AppendRecords({"a:1", 1, 1}, 2, "r.2.", 0, records).ok());
  ASSERT_TRUE((*db)->AppendRecords({"a:1", 1, 1}, 2, "r.2.", 0, records).ok()) << "sent again";

  std::vector<StoredAnswer> answers;
  const auto add = [&answers](const StoredAnswer& answer) { answers.push_back(answer); };
  ASSERT_TRUE((*db)->ForEachAnswer(1, add).ok());
  EXPECT_TRUE(answers.empty()) << "another case";
  ASSERT_TRUE((*db)->ForEachAnswer(2, add).ok());
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].request_id, "r.2.1");
  ASSERT_EQ(answers[0].parts.size(), 1u);
  EXPECT_EQ(answers[0].parts[0].text, "yes");
  EXPECT_EQ(answers[1].request_index, 3u);
  ASSERT_EQ(answers[1].parts.size(), 3u);
  EXPECT_EQ(answers[1].parts[0].channel, "reasoning");
  EXPECT_EQ(answers[1].parts[0].text, "hm");
  EXPECT_EQ(answers[1].parts[1].channel, "content");
  EXPECT_EQ(answers[1].parts[1].text, odd);
  EXPECT_EQ(answers[1].parts[2].channel, "tool");
  EXPECT_EQ(answers[1].parts[2].text, "so");
}

}  // namespace
}  // namespace monsoon
