// TranslateEvalscope: an EvalScope command line as a scenario of ours, as commented YAML: every
// flag is either in it or named as having no counterpart, with what to do instead.
//
// Pure; any thread. No secret of the command is in the text, nor in an error: an environment
// variable is named in its place.
#pragma once

#include <string>

#include "absl/status/statusor.h"

#include "controller/core/evalscope/evalscope_command.h"
#include "controller/core/evalscope/scenario_draft.h"

namespace monsoon {

// INVALID_ARGUMENT with one line for each thing that is wrong with the command, or that no scenario
// can stand for (an unknown dataset, say).
absl::StatusOr<std::string> TranslateEvalscope(const EvalscopeCommand& command,
                                               const ReadTextFile& read_file);

}  // namespace monsoon
