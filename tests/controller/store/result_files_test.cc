#include "controller/io/files/result_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <fstream>
#include <map>

#include "absl/strings/str_split.h"

#include "controller/core/report/report_json.h"
#include "controller/io/files/atomic_file.h"
#include "tests/controller/report/sample_run.h"
#include "tests/controller/store/temp_dir.h"

namespace monsoon {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Writes the sample run's database in batches, as a controller would.
void WriteSampleDb(const std::string& path) {
  const SampleRun sample = MakeSampleRun();
  auto db = RunDb::Create(path);
  ASSERT_TRUE(db.ok()) << db.status();
  ASSERT_TRUE((*db)->WriteRun(sample.run).ok());
  uint64_t sequence = 0;
  for (const SampleCase& one : sample.cases) {
    ASSERT_TRUE((*db)->WriteCase(one.facts).ok());
    const std::span<const RequestRecord> records = one.records;
    for (size_t i = 0; i < records.size(); i += 50) {
      const auto some = records.subspan(i, std::min<size_t>(50, records.size() - i));
      std::map<std::string, std::vector<RequestRecord>> batches;
      for (const RequestRecord& record : some) {
        batches[SampleAgentOf(one.facts, record)].push_back(record);
      }
      ++sequence;
      for (const auto& [agent, batch] : batches) {
        ASSERT_TRUE((*db)
                        ->AppendRecords({agent, 1, sequence}, one.facts.spec.index,
                                        sample.run.run_id + ".", 0, batch)
                        .ok());
      }
    }
  }
}

int Recompute(const std::string& run_dir) {
  const int how = std::system((MONSOON_RECOMPUTE " " + run_dir + " > /dev/null 2>&1").c_str());
  return WIFEXITED(how) ? WEXITSTATUS(how) : -1;
}

class ResultFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    WriteSampleDb(dir_ / "run.db");
    db_ = std::move(*RunDb::Open(dir_ / "run.db"));
  }

  TempDir dir_;
  std::unique_ptr<RunDb> db_;
};

TEST_F(ResultFilesTest, TheDatabaseAloneGivesTheWholeReport) {
  const auto report = WriteReports(dir_.path(), *db_);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(ReadFile(dir_ / "report.json"), RenderReportJson(SampleReport()));
  EXPECT_THAT(ReadFile(dir_ / "report.txt"), StartsWith("Monsoon load test: qwen2-72b-shootout"));
  EXPECT_THAT(ReadFile(dir_ / "report.html"), StartsWith("<!doctype html>"));
  const std::vector<std::string> lines =
      absl::StrSplit(ReadFile(dir_ / "requests.csv"), "\r\n", absl::SkipEmpty());
  EXPECT_EQ(lines.size(), 1u + 480 + 480 + 60);
  EXPECT_THAT(lines[1], HasSubstr(",0,20261122T143308Z-5f3a.0,load1:7070,measure,ok,"));
}

TEST_F(ResultFilesTest, ReportingAgainReplacesTheFilesAndLeavesNoOthers) {
  ASSERT_TRUE(WriteReports(dir_.path(), *db_).ok());
  std::ofstream(dir_ / "report.txt") << "damaged";
  ASSERT_TRUE(WriteReports(dir_.path(), *db_).ok());
  EXPECT_THAT(ReadFile(dir_ / "report.txt"), StartsWith("Monsoon load test"));
  size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(dir_.path())) {
    ++files;
  }
  EXPECT_EQ(files, 5u);
}

TEST_F(ResultFilesTest, ReadingTheRecordsManyTimesGivesTheSameFiles) {
  ASSERT_TRUE(WriteReports(dir_.path(), *db_).ok());
  const std::vector<std::string> names = {"report.json", "report.html", "report.txt",
                                          "requests.csv"};
  std::vector<std::string> before;
  for (const std::string& name : names) before.push_back(ReadFile(dir_ / name));
  const AccumulatorLimits limits{.sample_bytes = 0, .selected_samples = 10, .changes = 50};
  ASSERT_TRUE(WriteReports(dir_.path(), *db_, limits).ok());
  for (size_t i = 0; i < names.size(); ++i) EXPECT_EQ(ReadFile(dir_ / names[i]), before[i]);
}

// A second implementation, in another language, finds the same numbers ...
TEST_F(ResultFilesTest, IndependentRecomputationAgrees) {
  ASSERT_TRUE(WriteReports(dir_.path(), *db_).ok());
  EXPECT_EQ(Recompute(dir_.path()), 0);
}

// ... and is able to find others.
TEST_F(ResultFilesTest, IndependentRecomputationSeesAWrongNumber) {
  RunReport report = *BuildRunReport(*db_);
  for (double Distribution::*const member : {&Distribution::p999, &Distribution::stddev}) {
    RunReport wrong = report;
    wrong.cases[0].itl_s.*member *= 1 + 1e-7;
    ASSERT_TRUE(WriteFileAtomically(dir_ / "report.json", RenderReportJson(wrong)).ok());
    EXPECT_EQ(Recompute(dir_.path()), 1);
  }
  RunReport wrong = report;
  *wrong.cases[0].client.error_bound_p99_s += 1e-6;
  ASSERT_TRUE(WriteFileAtomically(dir_ / "report.json", RenderReportJson(wrong)).ok());
  EXPECT_EQ(Recompute(dir_.path()), 1);
  report.cases[2].requests.lost += 1;
  ASSERT_TRUE(WriteFileAtomically(dir_ / "report.json", RenderReportJson(report)).ok());
  EXPECT_EQ(Recompute(dir_.path()), 1);
}

TEST(AtomicFileTest, NothingIsLeftWithoutCommit) {
  const TempDir dir;
  std::ofstream(dir / "a") << "old";
  {
    auto file = AtomicFile::Create(dir / "a");
    ASSERT_TRUE(file->Append("new").ok());
  }
  EXPECT_EQ(ReadFile(dir / "a"), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir.path()), {}), 1);
}

TEST(AtomicFileTest, FullDiskKeepsTheOldFile) {
  const TempDir dir;
  signal(SIGXFSZ, SIG_IGN);
  ASSERT_TRUE(WriteFileAtomically(dir / "a", "old").ok());
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{4096, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const absl::Status status = WriteFileAtomically(dir / "a", std::string(10'000, 'x'));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_EQ(ReadFile(dir / "a"), "old");
}

TEST(AtomicFileTest, MissingFolderIsNamed) {
  const TempDir dir;
  const absl::Status status = WriteFileAtomically(dir / "no/such/file", "x");
  EXPECT_THAT(std::string(status.message()), HasSubstr(dir / "no/such/file"));
}

}  // namespace
}  // namespace monsoon
