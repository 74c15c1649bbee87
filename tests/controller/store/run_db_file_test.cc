// What RunDb does to files: creating, opening, a dead writer, a full disk, and what others read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <random>
#include <thread>

#include "controller/io/store/run_db.h"
#include "tests/controller/report/sample_run.h"
#include "tests/controller/store/temp_dir.h"

namespace monsoon {
namespace {

using testing::HasSubstr;

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

void Execute(const std::string& path, const std::string& sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
}

TEST(RunDbFileTest, CreateNeverTouchesAnExistingFile) {
  const TempDir dir;
  std::ofstream(dir / "run.db") << "precious";
  EXPECT_FALSE(RunDb::Create(dir / "run.db").ok());
  std::string content;
  std::ifstream(dir / "run.db") >> content;
  EXPECT_EQ(content, "precious");
}

TEST(RunDbFileTest, OpenRefusesWhatIsNotItsOwn) {
  const TempDir dir;
  EXPECT_FALSE(RunDb::Open(dir / "nothing.db").ok());
  EXPECT_FALSE(std::filesystem::exists(dir / "nothing.db"));
  std::ofstream(dir / "text.db") << std::string(5000, 'x');
  EXPECT_EQ(RunDb::Open(dir / "text.db").status().code(), absl::StatusCode::kFailedPrecondition);
  Execute(dir / "other.db", "CREATE TABLE schema_version (version INTEGER)");
  EXPECT_EQ(RunDb::Open(dir / "other.db").status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(RunDbFileTest, AWriterThatDiedAtItsBirthLeftNoRun) {
  const TempDir dir;
  Execute(dir / "run.db", "CREATE TABLE begun (x); DROP TABLE begun");
  const absl::Status status = RunDb::Open(dir / "run.db").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("holds no run"));
}

TEST(RunDbFileTest, OpenRefusesAnotherSchema) {
  const TempDir dir;
  ASSERT_TRUE(RunDb::Create(dir / "run.db").ok());
  for (const char* const version : {"3", "5"}) {
    Execute(dir / "run.db", std::string("UPDATE schema_version SET version = ") + version);
    const absl::Status status = RunDb::Open(dir / "run.db").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(status.message()),
                HasSubstr(std::string("is of schema version ") + version +
                          ", this program reads version 4"));
  }
}

TEST(RunDbFileTest, OpenedForReadingDoesNotWrite) {
  const TempDir dir;
  ASSERT_TRUE(RunDb::Create(dir / "run.db").ok());
  auto db = RunDb::Open(dir / "run.db");
  EXPECT_FALSE((*db)->AppendRecords({"a:1", 1, 1}, 0, "r.", 0, Records(0, 1)).ok());
  EXPECT_FALSE((*db)->WriteRun({}).ok());
}

TEST(RunDbFileTest, ASnapshotStaysAsItIsWhileARunGoesOn) {
  const TempDir dir;
  auto writer = *RunDb::Create(dir / "run.db");
  ASSERT_TRUE(writer->AppendRecords({"a:1", 1, 1}, 0, "r.", 0, Records(0, 10)).ok());
  auto reader = *RunDb::Open(dir / "run.db");
  ASSERT_TRUE(reader->BeginSnapshot().ok());
  EXPECT_EQ(ReadAll(*reader).size(), 10u);
  ASSERT_TRUE(writer->AppendRecords({"a:1", 1, 2}, 0, "r.", 0, Records(10, 10)).ok());
  EXPECT_EQ(ReadAll(*reader).size(), 10u);
  reader->EndSnapshot();
  EXPECT_EQ(ReadAll(*reader).size(), 20u);
}

TEST(RunDbFileTest, OneFileIsLeft) {
  const TempDir dir;
  {
    auto db = RunDb::Create(dir / "run.db");
    ASSERT_TRUE((*db)->AppendRecords({"a:1", 1, 1}, 0, "r.", 0, Records(0, 100)).ok());
  }
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
    EXPECT_EQ(entry.path().filename(), "run.db");
    ++files;
  }
  EXPECT_EQ(files, 1);
}

TEST(RunDbFileTest, AcknowledgedRecordsSurviveADeadWriter) {
  const TempDir dir;
  const pid_t child = fork();
  if (child == 0) {
    auto db = RunDb::Create(dir / "run.db");
    for (uint64_t i = 0; i < 20; ++i) {
      if (!(*db)->AppendRecords({"a:1", 1, i + 1}, 0, "r.", 0, Records(i * 10, 10)).ok()) _exit(1);
    }
    raise(SIGKILL);
  }
  int how = 0;
  ASSERT_EQ(waitpid(child, &how, 0), child);
  ASSERT_TRUE(WIFSIGNALED(how));
  auto db = RunDb::Open(dir / "run.db");
  ASSERT_TRUE(db.ok()) << db.status();
  EXPECT_EQ(ReadAll(**db).size(), 200u);
}

// A writer that acknowledges over a pipe what it has committed, until it is killed.
[[noreturn]] void WriteUntilKilled(const std::string& path, int acknowledge) {
  auto db = RunDb::Create(path);
  for (uint64_t sequence = 1;; ++sequence) {
    const bool stored = db.ok() && (*db)
                                       ->AppendRecords({"a:1", 1, sequence, "i"}, 0, "r.", 0,
                                                       Records(sequence * 10, 10))
                                       .ok();
    if (!stored || write(acknowledge, &sequence, sizeof(sequence)) != sizeof(sequence)) _exit(1);
  }
}

TEST(RunDbFileTest, WhatWasAcknowledgedIsThereWheneverTheWriterDies) {
  std::mt19937 random(11);
  for (int round = 0; round < 12; ++round) {
    const TempDir dir;
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    if (child == 0) WriteUntilKilled(dir / "run.db", pipe_ends[1]);
    close(pipe_ends[1]);
    uint64_t acknowledged = 0;
    ASSERT_EQ(read(pipe_ends[0], &acknowledged, sizeof(acknowledged)),
              ssize_t{sizeof(acknowledged)});
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 40'000));
    kill(child, SIGKILL);
    int how = 0;
    ASSERT_EQ(waitpid(child, &how, 0), child);
    ASSERT_TRUE(WIFSIGNALED(how));
    while (read(pipe_ends[0], &acknowledged, sizeof(acknowledged)) > 0) continue;
    close(pipe_ends[0]);

    auto db = RunDb::TakeUp(dir / "run.db");
    ASSERT_TRUE(db.ok()) << db.status();
    EXPECT_TRUE(*(*db)->HasBatches({"a:1", 1, acknowledged, "i"}));
    const uint64_t stored = ReadAll(**db).size();
    EXPECT_GE(stored, acknowledged * 10);
    EXPECT_EQ(stored % 10, 0u) << "half a batch";
    // The agent sends again whatever it heard nothing of.
    for (uint64_t sequence = 1; sequence <= acknowledged + 2; ++sequence) {
      ASSERT_TRUE(
          (*db)
              ->AppendRecords({"a:1", 1, sequence, "i"}, 0, "r.", 0, Records(sequence * 10, 10))
              .ok());
    }
    EXPECT_EQ(ReadAll(**db).size(), (acknowledged + 2) * 10);
  }
}

TEST(RunDbFileTest, FullDiskIsSaidSoAndNothingIsHalfStored) {
  const TempDir dir;
  signal(SIGXFSZ, SIG_IGN);
  auto db = RunDb::Create(dir / "run.db");
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{1 << 20, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  absl::Status status;
  uint64_t stored = 0;
  while (status.ok() && stored < 1'000'000) {
    status = (*db)->AppendRecords({"a:1", 1, stored / 500 + 1}, 0, "r.", 0, Records(stored, 500));
    if (status.ok()) stored += 500;
  }
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_GT(stored, 0u);
  EXPECT_EQ(ReadAll(**db).size(), stored);
  // With room again the refused batch is taken.
  EXPECT_TRUE(
      (*db)->AppendRecords({"a:1", 1, stored / 500 + 1}, 0, "r.", 0, Records(stored, 500)).ok());
  EXPECT_EQ(ReadAll(**db).size(), stored + 500);
}

TEST(RunDbFileTest, SchemaHasThePromisedColumnsAndDocumentsThem) {
  const TempDir dir;
  {
    auto db = RunDb::Create(dir / "run.db");
    ASSERT_TRUE((*db)->AppendRecords({"a:1", 1, 1}, 0, "r.", 0, Records(9, 1)).ok());
  }
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open((dir / "run.db").c_str(), &db), SQLITE_OK);
  sqlite3_stmt* select = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(
                db,
                "SELECT case_id, request_id, agent, phase, intended_ns, dispatched_ns, start_ns, "
                "connect_ns, sent_ns, headers_ns, first_event_ns, first_token_ns, last_token_ns, "
                "done_ns, status, error_class, http_status, finish_reason, input_tokens, "
                "output_tokens, first_chunk_tokens, cached_tokens, token_source, gaps, sql FROM "
                "requests, sqlite_schema WHERE name = 'requests'",
                -1, &select, nullptr),
            SQLITE_OK)
      << sqlite3_errmsg(db);
  ASSERT_EQ(sqlite3_step(select), SQLITE_ROW);
  EXPECT_EQ(sqlite3_column_int64(select, 6), 9'000);  // start_ns = dispatched_ns
  EXPECT_EQ(sqlite3_column_type(select, 7), SQLITE_NULL);
  EXPECT_THAT(reinterpret_cast<const char*>(sqlite3_column_text(select, 24)),
              HasSubstr("(gap_ns << 1) | same_read"));
  sqlite3_finalize(select);
  sqlite3_close(db);
}

}  // namespace
}  // namespace monsoon
