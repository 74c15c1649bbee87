#include "tests/simulation/sim_world.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"

#include "common/base/str_cat.h"
#include "common/time/clock.h"

namespace monsoon {
namespace {

constexpr int64_t kLimitNs = 400 * kNsPerS;
constexpr int64_t kSampleNs = 100 * kNsPerMs;

}  // namespace

SimWorld::SimWorld(uint64_t seed, const SimFlaws& flaws)
    : plan_(MakeSimPlan(seed)),
      flaws_(flaws),
      random_(seed * 7919 + 1),
      engine_(&time_, &random_, plan_.service_ns),
      database_(flaws_),
      controller_process_(&time_, &random_, 0, 0) {
  for (int32_t i = 0; i < plan_.cases; ++i) {
    const int64_t interval_ns = plan_.open_loop ? static_cast<int64_t>(1e9 / plan_.rate_per_s) : 0;
    sources_.push_back(std::make_unique<SimSource>(&database_, i, plan_.requests, interval_ns));
  }
  for (size_t i = 0; i < plan_.agents.size(); ++i) {
    const SimAgentPlan& agent = plan_.agents[i];
    networks_.push_back(std::make_unique<SimNetwork>(
        SimNetwork{.delay_ns = agent.delay_ns, .jitter_ns = agent.jitter_ns}));
    processes_.push_back(
        std::make_unique<SimProcess>(&time_, &random_, agent.clock_offset_ns, agent.clock_drift));
    agents_.push_back(std::make_unique<SimAgent>(&time_, &random_, &engine_, processes_[i].get(),
                                                 StrCat("agent", i), flaws_));
  }
  StartController();
  for (const SimFaultAt& fault : plan_.faults) {
    time_.After(fault.at_ns, [this, fault] { Happen(fault); });
  }
  time_.After(kSampleNs, [this] { WatchShares(); });
}

void SimWorld::StartController() {
  SimController::Place place{
      .time = &time_,
      .random = &random_,
      .process = &controller_process_,
      .database = &database_,
      .lease_ns = plan_.lease_ns,
      .on_agent_loss = plan_.abort ? OnAgentLoss::kAbort : OnAgentLoss::kContinue,
      .flaws = &flaws_,
      .trace = [this](const std::string& what) { Trace(what); }};
  for (size_t i = 0; i < agents_.size(); ++i) {
    AgentInfo info;
    info.name = StrCat("agent", i);
    info.max_concurrency = plan_.agents[i].max_concurrency;
    info.item_cache_bytes = 1 << 20;
    info.max_queued_work = 1 << 16;
    place.agents.push_back({.time = &time_,
                            .random = &random_,
                            .controller = &controller_process_,
                            .agent = agents_[i].get(),
                            .network = networks_[i].get(),
                            .index = i,
                            .run_id = "run",
                            .lease_ns = plan_.lease_ns,
                            .info = info,
                            .flaws = &flaws_});
    place.weights.push_back(plan_.agents[i].weight);
  }
  for (const auto& source : sources_) {
    place.cases.push_back(
        {.source = source.get(), .concurrency = plan_.concurrency, .rate_per_s = plan_.rate_per_s});
  }
  controllers_.push_back(std::make_unique<SimController>(std::move(place)));
}

void SimWorld::Trace(const std::string& what) {
  trace_.push_back(absl::StrFormat("%9.3f s  %s", ToSeconds(time_.now_ns()), what));
}

void SimWorld::Happen(const SimFaultAt& fault) {
  if (ended()) return;
  const std::string what = Describe(fault);
  Trace(what);
  ++faults_[what.substr(0, what.find(' '))];
  const int64_t until_ns = time_.now_ns() + fault.for_ns;
  SimAgent& agent = *agents_[fault.agent];
  SimProcess& process = *processes_[fault.agent];
  SimNetwork& network = *networks_[fault.agent];
  switch (fault.fault) {
    case SimFault::kKill:
      if (!process.alive()) return;
      killed_.insert(agent.instance());
      agent.Kill();
      if (fault.for_ns > 0) time_.At(until_ns, [&agent] { agent.StartAgain(); });
      return;
    case SimFault::kStop:
      if (process.stopped()) return;
      process.Stop();
      time_.At(until_ns, [&process, life = process.life()] {
        if (process.life() == life) process.Continue();
      });
      return;
    case SimFault::kHold:
      network.held_until_ns = std::max(network.held_until_ns, until_ns);
      return;
    case SimFault::kRefuse:
      network.refused_until_ns = std::max(network.refused_until_ns, until_ns);
      return agent.LoseStreams(false);
    case SimFault::kBreak:
      return agent.LoseStreams(false);
    case SimFault::kVanish:
      return agent.LoseStreams(true);
    case SimFault::kSlow:
      if (controller_process_.stopped() || !controller_process_.alive()) return;
      controller_process_.Stop();
      time_.At(until_ns, [this, life = controller_process_.life()] {
        if (controller_process_.life() == life) controller_process_.Continue();
      });
      return;
    case SimFault::kKillAndResume:
      return KillController(fault.for_ns);
    case SimFault::kInterrupt:
      const auto interrupt = controller_process_.Guard(SimProcess::Kind::kMessage,
                                                       [controller = controllers_.back().get()] {
                                                         if (!controller->done())
                                                           controller->Interrupt();
                                                       });
      interrupt();
      if (fault.for_ns < plan_.lease_ns) time_.At(until_ns, interrupt);
      return;
  }
}

void SimWorld::KillController(int64_t resume_after_ns) {
  if (resume_pending_ || resumed()) return;
  controller_killed_ns_ = time_.now_ns();
  controllers_.back()->Kill();
  resume_pending_ = true;
  time_.After(resume_after_ns, [this] {
    resume_pending_ = false;
    controller_process_.StartAgain();
    StartController();
  });
}

// Work is left that nobody has been handed: then the agents that may be trusted are full, after a
// bounded time, and carry together what was asked for as far as they can.
void SimWorld::WatchShares() {
  if (ended()) return;
  time_.After(kSampleNs, [this] { WatchShares(); });
  const CaseCoordinator* coordinator = controllers_.back()->current();
  const bool idle = resume_pending_ || controller_process_.stopped() || coordinator == nullptr;
  if (idle || coordinator->state() != CaseCoordinator::State::kRunning) {
    short_since_ns_ = 0;
    return;
  }
  int64_t trusted = 0;
  int64_t shares = 0;
  int64_t limits = 0;
  bool all_trusted = true;
  for (const AgentState& agent : coordinator->agents()) {
    if (!agent.working()) continue;
    shares += agent.share;
    limits += agent.link->info().max_concurrency;
    if (agent.trusted()) {
      trusted += agent.share;
    } else {
      all_trusted = false;
    }
  }
  // An open loop gives no turn to one that stood by.
  if (!plan_.open_loop && all_trusted && shares < std::min(plan_.concurrency, limits)) {
    problems_.push_back(absl::StrFormat("at %.1f s: shares of %d only, of %d",
                                        ToSeconds(time_.now_ns()), shares, plan_.concurrency));
  }
  const int32_t index = controllers_.back()->cases_begun() - 1;
  const bool work_left = database_.handed(index) < sources_[static_cast<size_t>(index)]->total();
  if (plan_.open_loop || !work_left || engine_.in_flight() >= trusted) {
    short_since_ns_ = 0;
    return;
  }
  if (short_since_ns_ == 0) short_since_ns_ = time_.now_ns();
  if (time_.now_ns() - short_since_ns_ < plan_.lease_ns + 8 * kNsPerS) return;
  short_since_ns_ = time_.now_ns();
  problems_.push_back(absl::StrFormat("at %.1f s: %d in flight of %d, since long, and work is left",
                                      ToSeconds(time_.now_ns()), engine_.in_flight(), trusted));
}

bool SimWorld::Play() {
  while (!ended()) {
    if (time_.now_ns() > kLimitNs || !time_.Step()) return false;
  }
  ended_ns_ = time_.now_ns();
  while (time_.now_ns() < ended_ns_ + 2 * plan_.lease_ns && time_.Step()) {
  }
  return true;
}

std::map<std::pair<std::string, int32_t>, int64_t> SimWorld::given_up() const {
  std::map<std::pair<std::string, int32_t>, int64_t> all;
  for (const auto& controller : controllers_) {
    all.insert(controller->given_up().begin(), controller->given_up().end());
  }
  return all;
}

bool SimWorld::rejected() const {
  return std::any_of(controllers_.begin(), controllers_.end(),
                     [](const auto& controller) { return controller->rejected(); });
}

int SimWorld::rejoined() const {
  int all = 0;
  for (const auto& controller : controllers_) all += controller->rejoined();
  return all;
}

bool SimWorld::interrupted() const {
  return std::any_of(controllers_.begin(), controllers_.end(),
                     [](const auto& controller) { return controller->interrupted(); });
}

}  // namespace monsoon
