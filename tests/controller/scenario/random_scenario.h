// Scenarios of arbitrary valid values, for what must hold of every one. The same state of the
// generator gives the same scenario.
#pragma once

#include <cstdint>
#include <random>

#include "controller/core/scenario/scenario.h"

namespace monsoon {

// Every key that a case has, with values in their ranges that go together, and texts that a
// careless writer of YAML breaks on. `index` keeps the names of a scenario's cases distinct.
CaseSpec AnyCase(std::mt19937_64& random, int32_t index);
// One to three such cases.
Scenario AnyScenario(std::mt19937_64& random);

}  // namespace monsoon
