// Matrix: how the lists of a scenario multiply into cases. Pure.
//
// A scenario is one sub-matrix (its top level) or, with `cases:`, several. Each is expanded on its
// own and the results follow each other. Within one, the order is model, dataset, load
// (concurrency or arrivals), engine with the engine innermost, so that the engines of a comparison
// run next to each other. A case's URL is completed here, and its sampling is that which its
// engine's route can take (FitSampling in common/model/engine_type.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "controller/core/scenario/scenario.h"

namespace monsoon {

struct SubMatrix {
  std::vector<ModelSpec> models;
  std::vector<DatasetSpec> datasets;
  std::vector<int64_t> concurrencies;  // closed loops, unless there are
  std::vector<LoadSpec> loads;         // open loops, which then are this axis
  std::vector<EngineSpec> engines;
  CaseSpec base;  // everything else; its own axes, index and name are not used
};

// Where a case came from: positions in the list of sub-matrices and in that one's axes.
struct CaseOrigin {
  size_t matrix = 0;
  size_t model = 0;
  size_t dataset = 0;
  size_t load = 0;
  size_t engine = 0;

  friend bool operator==(const CaseOrigin&, const CaseOrigin&) = default;
};

struct DuplicateCase {
  std::string name;
  CaseOrigin first;
  CaseOrigin second;

  friend bool operator==(const DuplicateCase&, const DuplicateCase&) = default;
};

struct Expansion {
  std::vector<CaseSpec> cases;  // duplicates left out
  std::vector<DuplicateCase> duplicates;
};

// "<model>/<dataset>/<load>/<engine>", <load> as LoadLabel (controller/core/load) has it.
std::string CaseName(const CaseSpec& spec);

// Number of cases that ExpandCases would make; saturates instead of overflowing.
uint64_t CountCases(const std::vector<SubMatrix>& matrices);

// REQUIRES: CountCases(matrices) <= kMaxCases.
Expansion ExpandCases(const std::vector<SubMatrix>& matrices);

}  // namespace monsoon
