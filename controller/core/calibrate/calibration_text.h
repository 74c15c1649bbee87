// A calibration for the terminal.
//
// Pure; any thread.
#pragma once

#include <string>

#include "controller/core/calibrate/calibration.h"

namespace monsoon {

// The machine, a table of the steps, the floor and the capacity in words.
std::string RenderCalibrationText(const Calibration& calibration);

// "4000 streams: timing error p99 0.00031 s, ..., VALID": the progress of a calibration.
std::string StepLine(const CalibrationStep& step);

}  // namespace monsoon
