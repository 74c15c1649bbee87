// StepScript: what the null engine does during one step of a calibration, and how many requests
// that takes.
//
// Answers come at the asked pace but never in step: times are drawn around their medians, so that
// many streams do not speak at the same instant. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace monsoon {

// A load to try.
struct StepSpec {
  int64_t streams = 1;
  double tokens_per_s = 100;  // of each stream
  double seconds = 8;         // of measuring
};

struct StepScript {
  std::vector<std::string> engine_arguments;  // of mock_engine
  int64_t answer_tokens = 0;                  // max_tokens of every request
  int64_t warmup = 0;                         // one request for each stream, outside the numbers
  int64_t requests = 0;
};

StepScript ScriptFor(const StepSpec& step);

}  // namespace monsoon
