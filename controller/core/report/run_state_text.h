// Whether a run has ended, in words.
//
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/core/report/run_facts.h"

namespace monsoon {

// "ended", "running", "died".
std::string_view RunActivityName(RunActivity activity);
// ", took 312s" for the line that begins with the start; "" while it has not ended.
std::string TookText(const RunFacts& run);
// What a reader must know first: that the run goes on, that its controller died, that a signal
// ended it; then one sentence for each resume.
std::vector<std::string> RunStateSentences(const RunFacts& run);

}  // namespace monsoon
