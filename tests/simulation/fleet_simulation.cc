#include "tests/simulation/fleet_simulation.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"

#include "common/base/str_cat.h"
#include "common/time/clock.h"
#include "tests/simulation/sim_world.h"

namespace monsoon {
namespace {

class Checks {
 public:
  explicit Checks(const SimWorld& world) : world_(world), given_up_(world.given_up()) {}

  std::vector<std::string> Run() {
    problems_ = world_.problems();
    for (const std::string& problem : world_.database().problems()) Say(problem);
    Conservation();
    for (const SimEngine::Line& line : world_.engine().log()) Sent(line);
    for (const auto& [key, row] : world_.database().rows()) Accounted(key, row);
    if (Harmless()) NothingIsMissing();
    return std::move(problems_);
  }

 private:
  using Key = SimDatabase::Key;

  void Say(std::string problem) {
    if (problems_.size() < 20) problems_.push_back(std::move(problem));
  }
  static std::string Name(const Key& key) {
    return StrCat("case ", key.first, " request ", key.second);
  }

  // planned = ok + failed + cancelled + not_sent + lost: each request has one row, and one only.
  void Conservation() {
    const auto planned = static_cast<size_t>(world_.plan().cases) * world_.plan().requests;
    const size_t rows = world_.database().rows().size();
    if (rows != planned) Say(StrCat(planned, " planned, and ", rows, " accounted for"));
  }

  void Sent(const SimEngine::Line& line) {
    const Key key{line.case_index, line.request_index};
    if (!sent_.try_emplace(key, &line).second) Say(StrCat(Name(key), " was sent twice"));
    const auto given_up = given_up_.find({line.instance, line.case_index});
    if (given_up != given_up_.end() && line.sent_ns > given_up->second) {
      Say(absl::StrFormat("%s was sent by %s %.3f s after that was given up", Name(key),
                          line.instance, ToSeconds(line.sent_ns - given_up->second)));
    }
    // The lease of the last ping, what it may be off by, and nothing more.
    const int64_t killed_ns = world_.controller_killed_ns();
    const bool first_controllers = killed_ns > 0 && begun_by_first(line);
    if (first_controllers && line.sent_ns > killed_ns + world_.plan().lease_ns + 200 * kNsPerMs) {
      Say(absl::StrFormat("%s was sent %.3f s after the controller died", Name(key),
                          ToSeconds(line.sent_ns - killed_ns)));
    }
    const auto row = world_.database().rows().find(key);
    if (row != world_.database().rows().end() && row->second.status == RequestStatus::kNotSent) {
      Say(StrCat(Name(key), " is not_sent (",
                 row->second.reported ? "reported by " : "by the controller ", row->second.instance,
                 "), and was sent by ", line.instance, " at ", line.sent_ns / kNsPerMs, " ms"));
    }
  }
  // A case that the dead controller had begun is never begun again.
  bool begun_by_first(const SimEngine::Line& line) const {
    for (const SimEngine::Line& other : world_.engine().log()) {
      if (other.case_index == line.case_index) {
        return other.sent_ns < world_.controller_killed_ns();
      }
    }
    return false;
  }

  void Accounted(const Key& key, const SimDatabase::Row& row) {
    const auto line = sent_.find(key);
    const bool answered = line != sent_.end() && line->second->answered;
    if (row.status == RequestStatus::kOk && !answered) {
      Say(StrCat(Name(key), " is ok, and was never answered"));
    }
    if (row.status == RequestStatus::kCancelled && line == sent_.end()) {
      Say(StrCat(Name(key), " is cancelled, and was never sent"));
    }
    if (row.status != RequestStatus::kLost) return;
    if (key.second >= world_.database().handed(key.first)) {
      Say(StrCat(Name(key), " is lost, and was never handed out"));
    }
    const bool excused =
        world_.resumed() || world_.interrupted() || given_up_.contains({row.instance, key.first});
    if (!excused) Say(StrCat(Name(key), " is lost, and ", row.instance, " never was"));
  }

  // Nothing happened that the session does not outlive.
  bool Harmless() const {
    const SimPlan& plan = world_.plan();
    if (world_.rejected() || plan.lease_ns < 2 * kNsPerS || plan.faults.size() > 2) return false;
    return std::all_of(plan.faults.begin(), plan.faults.end(), [&](const SimFaultAt& fault) {
      const bool brief = fault.for_ns <= plan.lease_ns / 3;
      switch (fault.fault) {
        case SimFault::kBreak:
          return true;
        case SimFault::kStop:
        case SimFault::kHold:
        case SimFault::kRefuse:
        case SimFault::kSlow:
          return brief && plan.faults.size() == 1;
        default:
          return false;
      }
    });
  }
  void NothingIsMissing() {
    for (const auto& [key, row] : world_.database().rows()) {
      const bool over_limit =
          world_.plan().open_loop && row.reported && row.status == RequestStatus::kNotSent;
      if (row.status != RequestStatus::kOk && !over_limit) {
        Say(StrCat(Name(key), " is not ok, and nothing had happened to it"));
      }
    }
    if (!given_up_.empty())
      Say(StrCat(given_up_.begin()->first.first, " was lost without a cause"));
    const SimPlan& plan = world_.plan();
    if (plan.open_loop || !plan.faults.empty()) return;
    const double ideal_s = static_cast<double>(plan.requests) * ToSeconds(plan.service_ns) /
                           static_cast<double>(plan.concurrency) * plan.cases;
    const double took_s = ToSeconds(world_.ended_ns()) - 1;
    if (took_s > ideal_s * 1.15 + plan.cases * (1.0 + 2 * ToSeconds(plan.service_ns)) + 1.5) {
      Say(absl::StrFormat("it took %.1f s, and %.1f s were enough", took_s, ideal_s));
    }
  }

  const SimWorld& world_;
  const std::map<std::pair<std::string, int32_t>, int64_t> given_up_;
  std::map<Key, const SimEngine::Line*> sent_;
  std::vector<std::string> problems_;
};

}  // namespace

SimOutcome PlayFleet(uint64_t seed, const SimFlaws& flaws) {
  SimWorld world(seed, flaws);
  SimOutcome outcome;
  if (world.Play()) {
    outcome.problems = Checks(world).Run();
  } else {
    outcome.problems.push_back("the run never ended");
  }
  outcome.trace = world.trace();
  outcome.trace.insert(outcome.trace.begin(), Describe(world.plan()));
  outcome.faults = world.faults();
  outcome.rejoined = world.rejoined();
  for (const auto& [key, row] : world.database().rows()) {
    ++outcome.rows[row.status];
    // After a resumption they are agents like any other.
    if (!world.resumed() && row.reported && !row.instance.ends_with("#1")) {
      ++outcome.rows_of_rejoined;
    }
  }
  outcome.took_ns = world.ended_ns();
  return outcome;
}

}  // namespace monsoon
