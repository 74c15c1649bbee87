#include "tests/simulation/sim_plan.h"

#include <algorithm>
#include <random>

#include "absl/strings/str_format.h"

#include "common/base/str_cat.h"
#include "common/time/clock.h"

namespace monsoon {
namespace {

constexpr int64_t kSpanNs = 8 * kNsPerS;  // load goes on for about so long; so do the faults

class Dice {
 public:
  explicit Dice(uint64_t seed) : random_(seed) {}
  int64_t Between(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }
  bool Chance(double share) { return std::bernoulli_distribution(share)(random_); }
  template <typename T>
  T Of(std::initializer_list<T> choices) {
    return choices.begin()[Between(0, static_cast<int64_t>(choices.size()) - 1)];
  }

 private:
  std::mt19937_64 random_;
};

SimFaultAt DrawFault(Dice& dice, size_t agents, int64_t lease_ns) {
  SimFaultAt fault;
  fault.at_ns = dice.Between(0, kSpanNs);
  fault.agent = static_cast<size_t>(dice.Between(0, static_cast<int64_t>(agents) - 1));
  fault.fault = dice.Of({SimFault::kKill, SimFault::kStop, SimFault::kStop, SimFault::kHold,
                         SimFault::kHold, SimFault::kBreak, SimFault::kBreak, SimFault::kBreak,
                         SimFault::kBreak, SimFault::kVanish, SimFault::kRefuse, SimFault::kSlow,
                         SimFault::kSlow, SimFault::kKillAndResume, SimFault::kInterrupt});
  const int64_t short_ns = dice.Between(10 * kNsPerMs, lease_ns / 3);
  const int64_t long_ns = lease_ns + dice.Between(500 * kNsPerMs, 5 * kNsPerS);
  fault.for_ns = dice.Chance(0.6) ? short_ns : long_ns;
  if (fault.fault == SimFault::kKill && dice.Chance(0.5)) fault.for_ns = 0;
  return fault;
}

}  // namespace

SimPlan MakeSimPlan(uint64_t seed) {
  Dice dice(seed);
  SimPlan plan;
  plan.lease_ns = dice.Of<int64_t>({1, 2, 2, 5, 10}) * kNsPerS;
  plan.agents.resize(static_cast<size_t>(dice.Of<int64_t>({1, 2, 2, 3, 4, 8})));
  for (SimAgentPlan& agent : plan.agents) {
    agent.delay_ns = dice.Of<int64_t>({50, 500, 5'000, 20'000}) * 1000;
    agent.jitter_ns = dice.Chance(0.5) ? agent.delay_ns / 2 : 0;
    agent.clock_offset_ns = dice.Between(-900'000'000, 1'000'000'000'000'000);
    agent.clock_drift = static_cast<double>(dice.Between(-15, 15)) * 1e-6;
    agent.weight = dice.Of({1.0, 1.0, 1.0, 2.0, 0.5});
    agent.max_concurrency = dice.Of<int64_t>({8, 1000, 1000});
  }
  plan.abort = dice.Chance(0.15);
  plan.open_loop = dice.Chance(0.4);
  plan.cases = dice.Chance(0.3) ? 2 : 1;
  plan.concurrency =
      std::min<int64_t>(dice.Of<int64_t>({4, 8, 16}), 8 * static_cast<int64_t>(plan.agents.size()));
  plan.service_ns = dice.Of<int64_t>({30, 100, 400}) * kNsPerMs;
  const int64_t span_ns = kSpanNs / plan.cases;
  if (plan.open_loop) {
    plan.rate_per_s =
        static_cast<double>(plan.concurrency) * 1e9 / static_cast<double>(plan.service_ns) * 0.6;
    plan.requests = static_cast<uint64_t>(plan.rate_per_s * ToSeconds(span_ns)) + 1;
  } else {
    plan.requests = static_cast<uint64_t>(plan.concurrency * span_ns / plan.service_ns) + 1;
  }
  const int64_t faults = dice.Of<int64_t>({0, 1, 1, 2, 2, 3, 5});
  for (int64_t i = 0; i < faults; ++i) {
    plan.faults.push_back(DrawFault(dice, plan.agents.size(), plan.lease_ns));
  }
  std::sort(plan.faults.begin(), plan.faults.end(),
            [](const SimFaultAt& a, const SimFaultAt& b) { return a.at_ns < b.at_ns; });
  return plan;
}

std::string Describe(const SimFaultAt& fault) {
  static constexpr const char* kNames[] = {
      "kill", "stop", "hold", "break", "vanish", "refuse", "slow", "kill_controller", "interrupt"};
  return absl::StrFormat("%s agent%d at %.3f s for %.3f s", kNames[static_cast<int>(fault.fault)],
                         fault.agent, ToSeconds(fault.at_ns), ToSeconds(fault.for_ns));
}

std::string Describe(const SimPlan& plan) {
  std::string text = absl::StrFormat(
      "%d agents, %s, lease %.0f s, %d cases of %d requests, concurrency %d, %.0f ms each%s",
      plan.agents.size(), plan.open_loop ? "open loop" : "closed loop", ToSeconds(plan.lease_ns),
      plan.cases, plan.requests, plan.concurrency, ToSeconds(plan.service_ns) * 1e3,
      plan.abort ? ", abort" : "");
  for (const SimFaultAt& fault : plan.faults) text += "\n  " + Describe(fault);
  return text;
}

}  // namespace monsoon
