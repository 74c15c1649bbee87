// SimulatedAgents: agents of a run in virtual time, without threads, sockets or sleeps: messages
// take `latency_ns` each way, requests take a time drawn from a seed, and the clock jumps from one
// event to the next. What the real agent does (agent/io/service) is modelled as far as the
// coordinator can see.
//
//   SimulatedAgents agents({{.concurrency... }}, seed);
//   CaseCoordinator coordinator(..., agents.run_agents());
//   agents.Play(coordinator);          // until it ended
//   agents.started(), agents.TotalStarvedNs(), ...
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "controller/core/run/case_coordinator.h"

namespace monsoon {

struct SimulatedAgentOptions {
  int64_t latency_ns = 100'000;
  int64_t service_ns = 50'000'000;  // mean time of one request
  double service_spread = 0.2;      // +- share of the mean
  int64_t max_concurrency = 1000;
  int64_t max_queued_work = 1 << 16;
  std::string prepare_error;  // Ready comes with it
  int64_t lost_at_ns = 0;     // 0: never; the connection breaks at this time
  bool never_ready = false;
  double weight = 1;
  // Suspected from then, recovered at the second; it works on, but words wait. 0: never.
  int64_t silent_from_ns = 0;
  int64_t silent_to_ns = 0;
  int64_t gives_up_at_ns = 0;  // 0: never; it ends the case by itself
};

// What an agent was told about a request.
struct HandedEntry {
  ItemId item;
  bool warmup = false;
  int64_t intended_ns = kNever;

  friend bool operator==(const HandedEntry&, const HandedEntry&) = default;
};

class SimulatedAgents {
 public:
  SimulatedAgents(const std::vector<SimulatedAgentOptions>& options, uint64_t seed);
  ~SimulatedAgents();

  const std::vector<RunAgent*>& run_agents() const { return run_agents_; }

  // Plays until the coordinator has ended or `limit_ns` of virtual time have passed.
  void Play(CaseCoordinator& coordinator, int64_t limit_ns = 3600'000'000'000);
  // Calls `action` at `at_ns`.
  void At(int64_t at_ns, std::function<void()> action) { Schedule(at_ns, std::move(action)); }
  int64_t now_ns() const { return now_ns_; }

  // Every request that was handed to anybody.
  const std::map<uint64_t, HandedEntry>& handed() const { return handed_; }
  // How often each request was sent to the engine.
  const std::map<uint64_t, int>& sent() const { return sent_; }
  const std::set<uint64_t>& recorded() const { return recorded_; }
  // Open loop: when each request was sent, since the common start, and by which agent; and what
  // found too many requests in flight.
  const std::map<uint64_t, int64_t>& sent_at() const { return sent_at_; }
  const std::map<uint64_t, size_t>& sent_by() const { return sent_by_; }
  const std::set<uint64_t>& over_limit() const { return over_limit_; }
  // The controller stands still in this stretch of time: it hears and says nothing.
  void PauseController(int64_t from_ns, int64_t to_ns) { pause_ = {from_ns, to_ns}; }
  int64_t starved_slot_ns() const { return starved_slot_ns_; }
  int64_t peak_in_flight() const { return peak_in_flight_; }
  // Virtual time from the first dispatch to the last finish.
  int64_t window_ns() const { return last_finish_ns_ - first_dispatch_ns_; }
  int recalls() const { return recalls_; }
  int items_sent() const { return items_sent_; }
  // What was said to agents while they were silent.
  int words_into_silence() const { return words_into_silence_; }

 private:
  class Agent;
  friend class Agent;
  struct Event {
    int64_t at_ns;
    uint64_t order;
    std::function<void()> action;
    bool operator>(const Event& other) const {
      return at_ns != other.at_ns ? at_ns > other.at_ns : order > other.order;
    }
  };

  void Schedule(int64_t at_ns, std::function<void()> action);
  void Deliver(AgentEvent event, int64_t latency_ns);
  void ToController(std::function<void()> action);

  std::mt19937_64 random_;
  int64_t now_ns_ = 1'000'000'000;
  uint64_t order_ = 0;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  CaseCoordinator* coordinator_ = nullptr;
  std::vector<std::unique_ptr<Agent>> agents_;
  std::vector<std::unique_ptr<RunAgent>> states_;
  std::vector<RunAgent*> run_agents_;

  std::map<uint64_t, HandedEntry> handed_;
  std::map<uint64_t, int> sent_;
  std::set<uint64_t> recorded_;
  std::map<uint64_t, int64_t> sent_at_;
  std::map<uint64_t, size_t> sent_by_;
  std::set<uint64_t> over_limit_;
  std::pair<int64_t, int64_t> pause_{0, 0};
  int64_t in_flight_ = 0;
  int64_t peak_in_flight_ = 0;
  int64_t starved_slot_ns_ = 0;
  int64_t first_dispatch_ns_ = 0;
  int64_t last_finish_ns_ = 0;
  int recalls_ = 0;
  int items_sent_ = 0;
  int words_into_silence_ = 0;
};

// A plan of `total` requests over `distinct` prompts; with an interval, an open loop of constant
// rate.
class SimulatedSource final : public WorkSource {
 public:
  SimulatedSource(uint64_t total, uint64_t distinct, int64_t interval_ns = 0)
      : total_(total), distinct_(distinct), interval_ns_(interval_ns) {}
  uint64_t total() const override { return total_; }
  absl::StatusOr<PlannedRequest> Get(uint64_t index) override;
  int64_t DueNs(uint64_t index) override {
    return interval_ns_ == 0 ? kNever : static_cast<int64_t>(index) * interval_ns_;
  }

 private:
  const uint64_t total_;
  const uint64_t distinct_;
  const int64_t interval_ns_;
};

}  // namespace monsoon
