// A calibration with every member set, for tests.
#pragma once

#include "controller/core/calibrate/calibration.h"

namespace monsoon {

inline Calibration SampleCalibration() {
  Calibration calibration;
  calibration.machine = {"load1", 8, "6.1.0-18-amd64", "Some CPU @ 3 GHz"};
  calibration.version = "0.1.0";
  calibration.load_threads = 2;
  calibration.made_at = "2026-11-22T14:33:08Z";
  calibration.tokens_per_s = 100;
  CalibrationStep low;
  low.streams = 1;
  low.tokens_per_s = 100;
  low.requests = 533;
  low.events_per_s = 125;
  low.ttft_error = {0.00006, 0.00021, 0.0009};
  low.loop_lag_p50_s = 0.00001;
  low.loop_lag_p99_s = 0.00004;
  low.cpu_us_per_event = 31.5;
  low.busy_share_max = 0.02;
  low.verdict = "VALID";
  low.engine_late_p99_s = 0.0001;
  CalibrationStep high = low;
  high.streams = 4000;
  high.loop_lag_p50_s.reset();
  high.loop_lag_p99_s.reset();
  high.cpu_us_per_event.reset();
  high.verdict = "INVALID";
  high.reasons = {"A load thread was 97% busy during one second."};
  high.engine_late_p99_s = 0.0021;
  high.is_void = true;
  CalibrationStep open = low;
  open.streams = 0;
  open.tokens_per_s = 0;
  open.requests_per_s = 1000;
  open.lateness_p99_s = 0.00003;
  calibration.steps = {low, high, open};
  calibration.rate_capacity = {1000, CapacityLimit::kAgent};
  calibration.floor = low.ttft_error;
  calibration.floor_streams = 1;
  calibration.capacity = {1, 125, CapacityLimit::kEngine};
  return calibration;
}

}  // namespace monsoon
