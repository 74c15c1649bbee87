// A calibration as JSON, schema "monsoon.calibration/1": the file that `controller calibrate`
// writes and that a scenario names with `calibration:`.
//
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "controller/core/calibrate/calibration.h"

namespace monsoon {

inline constexpr std::string_view kCalibrationSchema = "monsoon.calibration/1";

std::string CalibrationToJson(const Calibration& calibration);

// INVALID_ARGUMENT with half a sentence that goes on after the file's name ("is no JSON: ...", "is
// of schema 'x', ...") for anything that CalibrationToJson does not write. Members that are unknown
// are passed over.
absl::StatusOr<Calibration> CalibrationFromJson(std::string_view json);

}  // namespace monsoon
