// Makes a run's reports out of its database, and out of nothing else, and writes them into its
// folder.
//
// Blocking; the database's thread. Used by `controller run` at the end, and by `controller report`.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "controller/core/report/case_accumulator.h"
#include "controller/core/report/case_report.h"
#include "controller/io/store/run_db.h"

namespace monsoon {

// Every number of every case that the database holds, computed again. The limits say how much is
// kept in memory, and so how often the records are read; they change no number.
absl::StatusOr<RunReport> BuildRunReport(RunDb& db, const AccumulatorLimits& limits = {});

// BuildRunReport, then report.json, report.html, report.txt, requests.csv and, where a case keeps
// them, answers.jsonl in `run_dir`, each whole or not at all, replacing older ones. Returns the
// report, for the terminal and the exit status.
absl::StatusOr<RunReport> WriteReports(const std::string& run_dir, RunDb& db,
                                       const AccumulatorLimits& limits = {});

}  // namespace monsoon
