#include "controller/io/scenario/read_calibration.h"

#include <string>
#include <utility>

#include "common/base/str_cat.h"
#include "controller/core/calibrate/calibration_json.h"
#include "controller/io/scenario/read_paths.h"

namespace monsoon {

void ReadCalibration(MapReader& map, const ScenarioSource& source, Scenario& scenario) {
  const size_t problems_before = map.diagnostics().count();
  ReadPath(map, "calibration", WantedPath::kFile, source, scenario.calibration_path);
  if (scenario.calibration_path.empty() || !source.paths) return;
  if (map.diagnostics().count() > problems_before) return;
  const auto report = [&](const absl::Status& status) {
    map.Report("calibration",
               StrCat("calibration: ", scenario.calibration_path, " ", ToStd(status.message()),
                      "; make one with `controller calibrate --out FILE`"));
  };
  const absl::StatusOr<std::string> text = source.read_file(scenario.calibration_path);
  if (!text.ok()) return report(text.status());
  absl::StatusOr<Calibration> calibration = CalibrationFromJson(*text);
  if (!calibration.ok()) return report(calibration.status());
  scenario.calibration = *std::move(calibration);
}

}  // namespace monsoon
