// Reads the calibration that a scenario names: `calibration: ./calibration.json`.
#pragma once

#include "controller/core/scenario/scenario.h"
#include "controller/io/scenario/map_reader.h"
#include "controller/io/scenario/scenario_source.h"

namespace monsoon {

// Sets scenario.calibration_path and, unless source.paths is empty, scenario.calibration. Reports a
// file that is not there, cannot be read or is no calibration, at the key's place.
void ReadCalibration(MapReader& map, const ScenarioSource& source, Scenario& scenario);

}  // namespace monsoon
