// StepMeasure: compares the records of one step with the null engine's log and sums up what the
// step says.
//
// Pure; one object per step, not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "common/model/request_record.h"
#include "controller/core/calibrate/calibration.h"
#include "controller/core/calibrate/step_script.h"
#include "controller/core/calibrate/truth_log.h"
#include "controller/core/report/case_report.h"

namespace monsoon {

// The null engine's lateness p99 above which a step is void.
inline constexpr double kMaxEngineLateSeconds = 0.001;

class StepMeasure {
 public:
  explicit StepMeasure(const TruthLog& truth) : truth_(truth) {}

  // Every record of the step, warm-up included.
  void Add(const std::string& request_id, const RequestRecord& record);
  // `report` is of the same records. NOT_FOUND when not one of them can be compared.
  absl::StatusOr<CalibrationStep> Finish(const StepSpec& spec, const CaseReport& report);

 private:
  const TruthLog& truth_;
  std::vector<double> errors_s_;
  std::vector<double> engine_late_s_;
  int64_t events_ = 0;
  int64_t first_ns_ = kNever;
  int64_t last_ns_ = kNever;
};

}  // namespace monsoon
