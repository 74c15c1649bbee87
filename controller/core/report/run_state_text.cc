#include "controller/core/report/run_state_text.h"

#include <array>

#include "common/base/str_cat.h"
#include "common/time/clock.h"
#include "common/time/duration_text.h"

namespace monsoon {

std::string_view RunActivityName(RunActivity activity) {
  static constexpr std::array<std::string_view, 3> kNames = {"ended", "running", "died"};
  return kNames[static_cast<size_t>(activity)];
}

std::string TookText(const RunFacts& run) {
  if (run.finished_wall_ns == 0) return "";
  const int64_t seconds = (run.finished_wall_ns - run.started_wall_ns) / kNsPerS;
  return StrCat(", took ", FormatDurationNs(seconds * kNsPerS));
}

std::vector<std::string> RunStateSentences(const RunFacts& run) {
  std::vector<std::string> sentences;
  if (run.activity == RunActivity::kRunning) {
    sentences.push_back(StrCat(
        "STILL RUNNING", run.running_pid > 0 ? StrCat(" (process ", run.running_pid, ")") : "",
        ": these are the numbers so far."));
  }
  if (run.activity == RunActivity::kDied) {
    sentences.push_back(
        "ITS CONTROLLER DIED before the end: `controller resume` on this folder collects what the "
        "agents kept, within 24 h, and runs the cases that remain.");
  }
  if (run.interrupted) {
    sentences.push_back("INTERRUPTED by a signal: the plan was not carried out to its end.");
  }
  for (const ResumeFacts& resume : run.resumes) {
    sentences.push_back(StrCat("Resumed ", FormatUtc(resume.at_wall_ns), ": ", resume.note, "."));
  }
  return sentences;
}

}  // namespace monsoon
