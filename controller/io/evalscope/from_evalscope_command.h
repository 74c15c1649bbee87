// `controller from-evalscope -- llmuses perf ...`: prints the scenario that an EvalScope command
// line stands for (docs/from-evalscope.md).
#pragma once

#include <string>
#include <vector>

namespace monsoon {

// `words`: the command's own words; one alone is a whole command line in one piece; none, or "-":
// it is read from stdin. The scenario goes to stdout. 0, or 2 with what is wrong on stderr.
int FromEvalscopeCommand(const std::vector<std::string>& words);

}  // namespace monsoon
