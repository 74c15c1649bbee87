// What machine is this?
#pragma once

#include "controller/core/calibrate/calibration.h"

namespace monsoon {

// Asks the system. What it does not say is "unknown" or 0.
CalibratedMachine DescribeMachine();

}  // namespace monsoon
