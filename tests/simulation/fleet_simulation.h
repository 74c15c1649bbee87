// FleetSimulation: one seed's run of a fleet in virtual time, with everything that the seed does to
// it, and what its books are worth afterwards.
//
//   const SimOutcome outcome = PlayFleet(seed, {});
//   outcome.problems        // sentences; empty: every check held
//   outcome.trace           // what happened, the latest last
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/model/request_record.h"
#include "tests/simulation/sim_flaws.h"

namespace monsoon {

struct SimOutcome {
  std::vector<std::string> problems;
  std::vector<std::string> trace;
  std::map<RequestStatus, int> rows;  // how many requests ended how
  std::map<std::string, int> faults;  // what happened how often
  int rejoined = 0;                   // agents that were started again and taken into the run
  int rows_of_rejoined = 0;           // requests that they reported
  int64_t took_ns = 0;                // of virtual time
};

SimOutcome PlayFleet(uint64_t seed, const SimFlaws& flaws);

}  // namespace monsoon
