#include "controller/io/files/result_files.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/core/report/answers_jsonl.h"
#include "controller/core/report/report_html.h"
#include "controller/core/report/report_json.h"
#include "controller/core/report/report_text.h"
#include "controller/core/report/requests_csv.h"
#include "controller/io/files/atomic_file.h"
#include "controller/io/files/run_lock.h"

namespace monsoon {
namespace {

absl::Status WriteRequestsCsv(const std::string& path, const RunReport& report, RunDb& db) {
  ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::Create(path));
  RETURN_IF_ERROR(file.Append(RequestsCsvHeader()));
  for (const CaseReport& one : report.cases) {
    const CaseSpec& spec = one.facts.spec;
    absl::Status written;
    std::string line;
    RETURN_IF_ERROR(db.ForEachRequest(spec.index, [&](const StoredRequest& row) {
      line.clear();
      AppendRequestsCsvRow({spec.name, row.request_id, row.agent, row.record}, line);
      written.Update(file.Append(line));
    }));
    RETURN_IF_ERROR(written);
  }
  return file.Commit();
}

// Only where a case keeps answers.
absl::Status WriteAnswers(const std::string& path, const RunReport& report, RunDb& db) {
  const auto keeps = [](const CaseReport& one) { return one.facts.spec.keep_answers; };
  if (std::none_of(report.cases.begin(), report.cases.end(), keeps)) return absl::OkStatus();
  ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::Create(path));
  for (const CaseReport& one : report.cases) {
    absl::Status written;
    std::string line;
    RETURN_IF_ERROR(db.ForEachAnswer(one.facts.spec.index, [&](const StoredAnswer& answer) {
      AnswerLine text{.case_name = one.facts.spec.name, .request_id = answer.request_id};
      for (const auto& part : answer.parts) text.parts.emplace_back(part.channel, part.text);
      line.clear();
      AppendAnswerLine(text, line);
      written.Update(file.Append(line));
    }));
    RETURN_IF_ERROR(written);
  }
  return file.Commit();
}

// A run that goes on adds records while it is reported: all files are of one moment.
class Snapshot {
 public:
  explicit Snapshot(RunDb* db) : db_(*db), begun_(db_.BeginSnapshot()) {}
  ~Snapshot() {
    if (begun_.ok()) db_.EndSnapshot();
  }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  const absl::Status& begun() const { return begun_; }

 private:
  RunDb& db_;
  const absl::Status begun_;
};

// A run that has not ended: is somebody at it?
void LookAtActivity(const std::string& run_dir, RunFacts& run) {
  if (run.finished_wall_ns != 0) return;
  const std::optional<int64_t> holder = RunLock::Holder(run_dir);
  // This process itself does not run it any more when it reports.
  const bool running = holder && *holder != getpid();
  run.activity = running ? RunActivity::kRunning : RunActivity::kDied;
  run.running_pid = running ? *holder : 0;
}

}  // namespace

absl::StatusOr<RunReport> BuildRunReport(RunDb& db, const AccumulatorLimits& limits) {
  RunReport report;
  ASSIGN_OR_RETURN(report.run, db.ReadRun());
  ASSIGN_OR_RETURN(std::vector<CaseFacts> cases, db.ReadCases());
  for (CaseFacts& facts : cases) {
    const int32_t case_index = facts.spec.index;
    facts.calibration = report.run.calibration;
    CaseAccumulator accumulator(std::move(facts), limits);
    do {
      RETURN_IF_ERROR(db.ForEachRequest(case_index, [&accumulator](const StoredRequest& row) {
        accumulator.Add(row.record, row.agent);
      }));
    } while (!accumulator.EndPass());
    report.cases.push_back(accumulator.Finish());
  }
  return report;
}

absl::StatusOr<RunReport> WriteReports(const std::string& run_dir, RunDb& db,
                                       const AccumulatorLimits& limits) {
  const Snapshot snapshot(&db);
  RETURN_IF_ERROR(snapshot.begun());
  ASSIGN_OR_RETURN(RunReport report, BuildRunReport(db, limits));
  LookAtActivity(run_dir, report.run);
  RETURN_IF_ERROR(WriteFileAtomically(StrCat(run_dir, "/report.json"), RenderReportJson(report)));
  RETURN_IF_ERROR(WriteFileAtomically(StrCat(run_dir, "/report.html"), RenderReportHtml(report)));
  RETURN_IF_ERROR(WriteFileAtomically(StrCat(run_dir, "/report.txt"), RenderReportText(report)));
  RETURN_IF_ERROR(WriteRequestsCsv(StrCat(run_dir, "/requests.csv"), report, db));
  RETURN_IF_ERROR(WriteAnswers(StrCat(run_dir, "/answers.jsonl"), report, db));
  return report;
}

}  // namespace monsoon
