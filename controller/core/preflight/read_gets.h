// Reads what an engine said of itself in answer to the preflight's GETs: health, version, models
// and limits (wire-protocol reference, section 3.6 and the engines' own).
//
// Pure; any thread. What cannot be read is left out: a server may answer a GET with anything.
#pragma once

#include <vector>

#include "common/model/probe.h"
#include "controller/core/preflight/engine_facts.h"

namespace monsoon {

// Fills health, version, models, owned_by and limits of `facts`; owned_by is that of facts.model,
// or of the first model when that is not among them.
void ReadGets(const std::vector<ProbeGet>& gets, EngineFacts& facts);

}  // namespace monsoon
