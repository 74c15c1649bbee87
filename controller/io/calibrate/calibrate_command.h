// `controller calibrate`: this machine's own floor and capacity, measured against the null engine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controller/io/calibrate/placement.h"

namespace monsoon {

struct CalibrateOptions {
  std::string out_path = "calibration.json";
  std::vector<int64_t> streams;  // rising; empty: 1, 128, 1000, 4000
  double tokens_per_s = 100;     // of each stream
  std::vector<int64_t> rates;    // requests/s, rising; empty: 100, 1000, 5000, 10000
  bool no_rates = false;         // no open loop at all
  double seconds_per_step = 0;   // 0: 8, or 2 with `quick`
  int threads = 0;               // of the agent; 0: one for each core it may use
  Placement placement;
  bool pin = false;
  bool quick = false;  // a shorter ladder of shorter steps
};

// Returns 0, and writes the JSON; 2 when the options are wrong or a program is missing; 4 when it
// was interrupted or nothing could be measured, and then writes nothing. Progress and errors go to
// stderr, the table to stdout. REQUIRES: the process has no other thread.
int CalibrateCommand(const CalibrateOptions& options);

}  // namespace monsoon
