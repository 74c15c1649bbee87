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

// A load to try: a closed loop of streams, or an open loop of short answers.
struct StepSpec {
  int64_t streams = 1;
  double tokens_per_s = 100;   // of each stream
  int64_t requests_per_s = 0;  // over 0: an open loop, and the two above do not matter
  double seconds = 8;          // of measuring
};

struct StepScript {
  std::vector<std::string> engine_arguments;  // of mock_engine
  int64_t answer_tokens = 0;                  // max_tokens of every request
  int64_t warmup = 0;  // outside the numbers: a request for each stream, or 0.2 s
  int64_t requests = 0;
};

StepScript ScriptFor(const StepSpec& step);

}  // namespace monsoon
