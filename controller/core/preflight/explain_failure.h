// ExplainFailure: the sentence for a preflight's request that did not succeed, from its error
// class, the server's own words, its list of models and a guess at what the server is. Pure; any
// thread.
#pragma once

#include <string>

#include "common/model/probe.h"
#include "controller/core/preflight/judge_probe.h"

namespace monsoon {

// REQUIRES: the record failed. `facts`: what the GETs said.
std::string ExplainFailure(const ProbeTarget& target, const ProbeResult& result,
                           const EngineFacts& facts);

// "; the server answered like TGI; did you mean type: tgi?", or "" when nothing in the answer says
// that the scenario names the wrong type.
std::string SuggestType(const ProbeTarget& target, const ProbeResult& result);

// "it serves a, b and 3 more; did you mean 'a'?", or "" without a list.
std::string SuggestModel(const ProbeTarget& target, const EngineFacts& facts);

}  // namespace monsoon
