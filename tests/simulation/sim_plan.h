// SimPlan: what one seed asks for and does: the fleet, the cases, and the faults with their
// moments. A pure function of the seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace monsoon {

enum class SimFault {
  kKill,           // an agent; with a duration it is started again after it
  kStop,           // an agent, for so long
  kHold,           // the way to an agent, for so long
  kBreak,          // both streams of an agent
  kVanish,         // the same, and nobody is told
  kRefuse,         // no new streams for so long, after a break
  kSlow,           // the controller stands still for so long
  kKillAndResume,  // the controller; resumed after so long
  kInterrupt       // the controller is asked to end
};

struct SimFaultAt {
  int64_t at_ns = 0;  // after the beginning
  SimFault fault = SimFault::kBreak;
  size_t agent = 0;
  int64_t for_ns = 0;
};

struct SimAgentPlan {
  int64_t delay_ns = 0;
  int64_t jitter_ns = 0;
  int64_t clock_offset_ns = 0;
  double clock_drift = 0;
  double weight = 1;
  int64_t max_concurrency = 1000;
};

struct SimPlan {
  std::vector<SimAgentPlan> agents;
  std::vector<SimFaultAt> faults;
  int64_t lease_ns = 0;
  bool abort = false;
  bool open_loop = false;
  int cases = 1;
  uint64_t requests = 0;
  int64_t concurrency = 0;
  double rate_per_s = 0;
  int64_t service_ns = 0;  // mean time of an answer
};

SimPlan MakeSimPlan(uint64_t seed);
std::string Describe(const SimPlan& plan);
std::string Describe(const SimFaultAt& fault);

}  // namespace monsoon
