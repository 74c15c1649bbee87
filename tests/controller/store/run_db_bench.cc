// How many records, each with 100 gaps, RunDb takes in per second, in batches of 1000, on the disk
// under the current folder; and how fast they come out again.
#include <benchmark/benchmark.h>

#include <filesystem>

#include "controller/io/store/run_db.h"
#include "tests/controller/report/sample_run.h"

namespace monsoon {
namespace {

constexpr char kPath[] = "run_db_bench.db";
constexpr uint64_t kBatch = 1000;

std::vector<RequestRecord> MakeBatch() {
  std::vector<RequestRecord> records;
  for (uint64_t i = 0; i < kBatch; ++i) {
    records.push_back(StreamedRecord(i, static_cast<int64_t>(i) * 1'000'000, 90'000'000,
                                     24'000'000 + static_cast<int64_t>(i) * 1000, 101));
  }
  return records;
}

void BM_AppendRecords(benchmark::State& state) {
  std::filesystem::remove(kPath);
  auto db = RunDb::Create(kPath);
  std::vector<RequestRecord> records = MakeBatch();
  uint64_t sequence = 0;
  for (auto _ : state) {
    const absl::Status status =
        (*db)->AppendRecords({"load1:7070", 1, ++sequence}, 0, "run.0.", 12'345, records);
    if (!status.ok()) state.SkipWithError(status.ToString().c_str());
    for (RequestRecord& record : records) record.request_index += kBatch;
  }
  state.SetItemsProcessed(static_cast<int64_t>(sequence * kBatch));
  state.counters["bytes_per_record"] =
      static_cast<double>(records[0].gaps.size());  // of gaps alone
  db->reset();
  std::filesystem::remove(kPath);
}
BENCHMARK(BM_AppendRecords)->MinTime(4)->UseRealTime();

void BM_ForEachRecord(benchmark::State& state) {
  std::filesystem::remove(kPath);
  auto db = RunDb::Create(kPath);
  std::vector<RequestRecord> records = MakeBatch();
  for (uint64_t sequence = 1; sequence <= 100; ++sequence) {
    const absl::Status status =
        (*db)->AppendRecords({"load1:7070", 1, sequence}, 0, "run.0.", 0, records);
    if (!status.ok()) state.SkipWithError(status.ToString().c_str());
    for (RequestRecord& record : records) record.request_index += kBatch;
  }
  int64_t seen = 0;
  for (auto _ : state) {
    const absl::Status status = (*db)->ForEachRecord(0, [&seen](const RequestRecord&) { ++seen; });
    if (!status.ok()) state.SkipWithError(status.ToString().c_str());
  }
  state.SetItemsProcessed(seen);
  db->reset();
  std::filesystem::remove(kPath);
}
BENCHMARK(BM_ForEachRecord)->UseRealTime();

}  // namespace
}  // namespace monsoon

BENCHMARK_MAIN();
