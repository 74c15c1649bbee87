// SimWorld: everything that one seed's run consists of, and the faults that happen to it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/simulation/sim_controller.h"
#include "tests/simulation/sim_plan.h"

namespace monsoon {

// A plan over a few prompts that notes in the database how far it was handed out; with an interval,
// an open loop of constant rate.
class SimSource final : public WorkSource {
 public:
  SimSource(SimDatabase* database, int32_t case_index, uint64_t total, int64_t interval_ns)
      : database_(*database), case_index_(case_index), total_(total), interval_ns_(interval_ns) {}
  uint64_t total() const override { return total_; }
  absl::StatusOr<PlannedRequest> Get(uint64_t index) override {
    database_.MarkHanded(case_index_, index + 1);
    PlannedRequest request;
    request.item = {ItemKind::kPrompt, StrCat("prompt ", index % 16)};
    request.item_id = ComputeItemId(request.item.kind, request.item.content);
    return request;
  }
  int64_t DueNs(uint64_t index) override {
    return interval_ns_ == 0 ? kNever : static_cast<int64_t>(index) * interval_ns_;
  }

 private:
  SimDatabase& database_;
  const int32_t case_index_;
  const uint64_t total_;
  const int64_t interval_ns_;
};

class SimWorld {
 public:
  SimWorld(uint64_t seed, const SimFlaws& flaws);

  // Until the run has ended and everything that could still be sent would have been; false: it
  // never ended.
  bool Play();

  const SimPlan& plan() const { return plan_; }
  const SimEngine& engine() const { return engine_; }
  const SimDatabase& database() const { return database_; }
  const SimController& controller() const { return *controllers_.back(); }
  // Of all controllers of the run.
  std::map<std::pair<std::string, int32_t>, int64_t> given_up() const;
  bool resumed() const { return controllers_.size() > 1; }
  bool rejected() const;
  int rejoined() const;
  bool interrupted() const;
  // Instances that were killed.
  const std::set<std::string>& killed() const { return killed_; }
  // When the controller was killed, true time; 0: it was not.
  int64_t controller_killed_ns() const { return controller_killed_ns_; }
  const std::vector<std::string>& trace() const { return trace_; }
  // What was found while it went on.
  const std::vector<std::string>& problems() const { return problems_; }
  const std::map<std::string, int>& faults() const { return faults_; }
  int64_t ended_ns() const { return ended_ns_; }

 private:
  void StartController();
  void Happen(const SimFaultAt& fault);
  void KillController(int64_t resume_after_ns);
  void WatchShares();
  void Trace(const std::string& what);
  bool ended() const { return !resume_pending_ && controllers_.back()->done(); }

  const SimPlan plan_;
  const SimFlaws flaws_;
  std::mt19937_64 random_;
  VirtualTime time_;
  SimEngine engine_;
  SimDatabase database_;
  std::vector<std::unique_ptr<SimSource>> sources_;
  std::vector<std::unique_ptr<SimNetwork>> networks_;
  std::vector<std::unique_ptr<SimProcess>> processes_;
  std::vector<std::unique_ptr<SimAgent>> agents_;
  SimProcess controller_process_;
  std::vector<std::unique_ptr<SimController>> controllers_;  // the last one lives
  std::set<std::string> killed_;
  int64_t controller_killed_ns_ = 0;
  bool resume_pending_ = false;
  int64_t short_since_ns_ = 0;
  int64_t ended_ns_ = 0;
  std::vector<std::string> trace_;
  std::vector<std::string> problems_;
  std::map<std::string, int> faults_;
};

}  // namespace monsoon
