// SimController: a simulated controller's process: pings, watches, stores before it acknowledges,
// and carries one case after the other through the real CaseCoordinator, as AgentFleet and
// CaseDriver do (controller/io/run). An agent that was started again gets a seat of its own, behind
// the others, and serves the cases that follow. After its death, Resume() is what `controller
// resume` does.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controller/core/run/agent_watch.h"
#include "controller/core/run/case_coordinator.h"
#include "tests/simulation/sim_database.h"
#include "tests/simulation/sim_link.h"

namespace monsoon {

struct SimCaseSpec {
  WorkSource* source = nullptr;
  int64_t concurrency = 0;
  double rate_per_s = 0;  // 0: a closed loop
};

class SimController {
 public:
  struct Place {
    VirtualTime* time = nullptr;
    std::mt19937_64* random = nullptr;
    SimProcess* process = nullptr;
    SimDatabase* database = nullptr;
    std::vector<SimLink::Place> agents;
    std::vector<double> weights;
    std::vector<SimCaseSpec> cases;
    int64_t lease_ns = 0;
    OnAgentLoss on_agent_loss = OnAgentLoss::kContinue;
    const SimFlaws* flaws = nullptr;
    std::function<void(const std::string&)> trace;
  };

  explicit SimController(Place place);

  void Interrupt();  // the first drains, the second cancels
  // SIGKILL.
  void Kill();
  // The same run, by a new process, whose Place this is; done() when it has ended.
  void Resume();

  bool done() const { return done_; }
  bool interrupted() const { return interrupts_ > 0; }
  // A case, or the whole run, before anything of it was sent.
  bool rejected() const { return rejected_; }
  int32_t cases_begun() const { return next_case_; }
  // Agents that were started again and taken into the run.
  int rejoined() const { return rejoined_; }
  // When each session was given up for certain, in true time, by (instance, case).
  const std::map<std::pair<std::string, int32_t>, int64_t>& given_up() const { return given_up_; }
  const CaseCoordinator* current() const { return coordinator_.get(); }

 private:
  struct Seat {
    SimLink::Place place;
    std::unique_ptr<SimLink> link;
    std::unique_ptr<RunAgent> agent;
    std::optional<AgentWatch> watch;
    int64_t next_ping_ns = 0;
    uint64_t pings = 0;
    bool arriving = false;  // started again; its clock is being measured
  };

  void AddSeat(SimLink::Place place, double weight);
  void AwaitAgain(size_t index);
  void Tick();
  void PingAndJudge(size_t index);
  void Hear(const AgentEvent& event);
  void Tell(const AgentEvent& event);
  void TryBegin();
  void BeginCase();
  void EndCase();
  void EndRun();
  void CollectAll();
  void CloseCase(const std::vector<bool>& whole);
  int64_t now_ns() const { return place_.process->clock_ns(); }

  const Place place_;
  std::vector<Seat> seats_;
  std::vector<RunAgent*> agents_;
  std::unique_ptr<CaseCoordinator> coordinator_;
  int32_t next_case_ = 0;  // of those begun, one more
  int64_t begun_ns_ = 0;
  int interrupts_ = 0;
  bool done_ = false;
  bool rejected_ = false;
  int rejoined_ = 0;
  std::map<std::pair<std::string, int32_t>, int64_t> given_up_;
  std::vector<bool> collected_;
  int64_t collect_until_ns_ = 0;
};

}  // namespace monsoon
