// One agent of SimulatedAgents: what it does with each word of the coordinator. For
// simulated_agents.cc only.
#pragma once

#include <algorithm>
#include <utility>

#include "tests/fakes/simulated_agents.h"

namespace monsoon {

class SimulatedAgents::Agent final : public AgentLink {
 public:
  static constexpr int64_t kMonitorNs = 10'000'000;
  static constexpr int64_t kProgressNs = 100'000'000;

  Agent(SimulatedAgents* world, size_t index, SimulatedAgentOptions options)
      : world_(*world), index_(index), options_(std::move(options)) {
    info_.name = "agent" + std::to_string(index);
    info_.max_concurrency = options_.max_concurrency;
    info_.item_cache_bytes = 1 << 20;
    info_.max_queued_work = options_.max_queued_work;
    if (options_.lost_at_ns > 0) {
      world_.Schedule(options_.lost_at_ns, [this] {
        broken_ = true;
        world_.Deliver({index_, LostEvent{"the connection broke"}}, 0);
      });
    }
    if (options_.silent_from_ns > 0) {
      // Suspected first: what is said in between would be the fault of neither.
      world_.Schedule(options_.silent_from_ns, [this] {
        world_.Deliver({index_, SuspectedEvent{"is silent"}}, 0);
        world_.Schedule(world_.now_ns_, [this] { silent_ = true; });
      });
      world_.Schedule(options_.silent_to_ns, [this] {
        silent_ = false;
        for (auto& action : std::exchange(held_up_, {})) world_.Schedule(world_.now_ns_, action);
        world_.Deliver({index_, RecoveredEvent{}}, 0);
      });
    }
    if (options_.gives_up_at_ns > 0) {
      world_.Schedule(options_.gives_up_at_ns, [this] { gave_up_ = stopped_ = finishing_ = true; });
    }
  }

  const AgentInfo& info() const override { return info_; }
  bool Ping(uint64_t, int64_t, int64_t) override { return true; }
  void Probe(const ProbeOrder&) override {}  // before the coordinator's time
  void Prepare(const AgentCase& agent_case) override {
    case_ = agent_case;
    if (options_.never_ready) return;
    ToAgent([this] {
      free_ = case_.concurrency;
      Say(ReadyEvent{case_.case_index, options_.prepare_error, "127.0.0.1:1"});
      Monitor();
    });
  }
  void Start(int32_t, int64_t start_at_agent_ns) override {
    world_.Schedule(start_at_agent_ns, [this] {
      started_ = true;
      start_ns_ = world_.now_ns_;
      free_since_.assign(free_, world_.now_ns_);
      Dispatch();
    });
  }
  void SendItem(const ItemId& id, const Item&) override {
    ++world_.items_sent_;
    items_.insert(id);
  }
  void DropItems(std::span<const ItemId> ids) override {
    for (const ItemId& id : ids) items_.erase(id);
  }
  void SendWork(int32_t, std::span<const WorkEntry> entries) override {
    for (const WorkEntry& entry : entries) {
      if (!items_.contains(entry.item)) std::abort();  // the controller broke its promise
      world_.handed_[entry.request_index] = {entry.item, entry.warmup, entry.intended_ns};
    }
    ToAgent([this, copy = std::vector<WorkEntry>(entries.begin(), entries.end())] {
      for (const WorkEntry& entry : copy) {
        queue_.push_back(entry.request_index);
        due_.push_back({entry.request_index, entry.intended_ns});
      }
      if (static_cast<int64_t>(queue_.size()) > info_.max_queued_work) std::abort();
      received_ += static_cast<int64_t>(copy.size());
      Dispatch();
    });
  }
  void Recall(uint64_t count) override {
    ++world_.recalls_;
    ToAgent([this, count] {
      RecalledEvent answer;
      while (answer.request_indices.size() < count && !queue_.empty()) {
        answer.request_indices.push_back(queue_.front());
        queue_.pop_front();
        due_.pop_front();
      }
      Say(answer);
    });
  }
  void Resize(int32_t, int64_t concurrency, double) override {
    ToAgent([this, concurrency] {
      if (concurrency < case_.concurrency) std::abort();  // only ever more than before
      const int64_t more = concurrency - case_.concurrency;
      case_.concurrency = concurrency;
      free_ += more;
      if (started_) free_since_.insert(free_since_.end(), more, world_.now_ns_);
      Dispatch();
    });
  }
  void FinishCase(int32_t) override {
    ToAgent([this] { finishing_ = true; });
  }
  void Stop(int32_t, StopMode mode) override {
    ToAgent([this, mode] {
      stopped_ = finishing_ = true;
      if (mode == StopMode::kCancel && case_.open_loop) cancelled_ = true;
    });
  }
  void Acknowledge(uint64_t sequence) override { acknowledged_ = sequence; }
  int64_t backlog_bytes() const override { return 0; }

 private:
  // While it is silent, words wait on both sides for the connection.
  void OverTheWire(std::function<void()> action) {
    if (silent_) {
      held_up_.push_back(std::move(action));
    } else {
      action();
    }
  }
  void ToAgent(std::function<void()> action) {
    if (silent_) ++world_.words_into_silence_;
    world_.Schedule(world_.now_ns_ + options_.latency_ns, [this, action = std::move(action)] {
      OverTheWire([this, action] {
        if (!broken_) action();
      });
    });
  }
  void Say(decltype(AgentEvent::body) body) {
    OverTheWire([this, event = AgentEvent{index_, std::move(body)}] {
      world_.Deliver(event, options_.latency_ns);
    });
  }

  void Dispatch() {
    if (case_.open_loop) return DispatchAhead();
    while (started_ && !stopped_ && free_ > 0 && !queue_.empty()) {
      const uint64_t request_index = queue_.front();
      queue_.pop_front();
      due_.pop_front();
      world_.starved_slot_ns_ += world_.now_ns_ - free_since_.front();
      free_since_.pop_front();
      SendToEngine(request_index);
    }
  }
  void SendToEngine(uint64_t request_index) {
    ++started_count_;
    --free_;
    ++world_.sent_[request_index];
    if (world_.first_dispatch_ns_ == 0) world_.first_dispatch_ns_ = world_.now_ns_;
    world_.peak_in_flight_ = std::max(world_.peak_in_flight_, ++world_.in_flight_);
    std::uniform_real_distribution<double> spread(1 - options_.service_spread,
                                                  1 + options_.service_spread);
    const auto took =
        static_cast<int64_t>(static_cast<double>(options_.service_ns) * spread(world_.random_));
    world_.Schedule(world_.now_ns_ + took, [this, request_index] { Finish(request_index); });
  }
  // Open loop: everything that has come gets its moment.
  void DispatchAhead() {
    if (!started_) return;
    for (; !due_.empty(); due_.pop_front()) {
      const auto [request_index, due_ns] = due_.front();
      world_.Schedule(start_ns_ + due_ns, [this, index = request_index] { Arrive(index); });
    }
  }
  void Arrive(uint64_t request_index) {
    if (stopped_ || broken_ || queue_.empty()) return;
    queue_.pop_front();
    if (free_ > 0) {
      world_.sent_at_[request_index] = world_.now_ns_ - start_ns_;
      world_.sent_by_[request_index] = index_;
      SendToEngine(request_index);
      return;
    }
    world_.over_limit_.insert(request_index);
    ++started_count_;
    ++finished_;
    RequestRecord record;
    record.request_index = request_index;
    record.flags = kFlagScheduled | kFlagOverLimit;
    open_.push_back(record);
  }
  void Finish(uint64_t request_index) {
    --world_.in_flight_;
    if (broken_) return;
    world_.last_finish_ns_ = world_.now_ns_;
    if (cancelled_) return;
    RequestRecord record;
    record.request_index = request_index;
    record.status = RequestStatus::kOk;
    open_.push_back(record);
    ++finished_;
    ++free_;
    free_since_.push_back(world_.now_ns_);
    Dispatch();
  }
  void Monitor() {
    if (broken_ || done_) return;
    FlushRecords();
    const bool news = finished_ != told_.finished || received_ != told_.received;
    const bool low = static_cast<int64_t>(queue_.size()) <= case_.concurrency;
    if ((news && low) || world_.now_ns_ - told_ns_ >= kProgressNs) TellProgress();
    if (finishing_ && (free_ == case_.concurrency || cancelled_) && (stopped_ || queue_.empty())) {
      EndCase();
    } else {
      world_.Schedule(world_.now_ns_ + kMonitorNs, [this] { Monitor(); });
    }
  }
  void TellProgress() {
    told_ns_ = world_.now_ns_;
    told_ = {.case_index = case_.case_index,
             .received = received_,
             .started = started_count_,
             .finished = finished_,
             .queued = static_cast<int64_t>(queue_.size()),
             .in_flight = case_.concurrency - free_};
    Say(told_);
  }
  void FlushRecords() {
    if (open_.empty()) return;
    for (const RequestRecord& record : open_) world_.recorded_.insert(record.request_index);
    Say(RecordsEvent{case_.case_index, ++sequence_, std::exchange(open_, {})});
  }
  void EndCase() {
    for (const uint64_t request_index : queue_) {
      RequestRecord record;
      record.request_index = request_index;
      record.status = RequestStatus::kNotSent;
      open_.push_back(record);
    }
    queue_.clear();
    FlushRecords();
    done_ = true;
    CaseDoneEvent done;
    done.case_index = case_.case_index;
    done.last_sequence = sequence_;
    if (gave_up_) done.gave_up = "it had enough";
    Say(done);
  }

  SimulatedAgents& world_;
  const size_t index_;
  const SimulatedAgentOptions options_;
  AgentInfo info_;
  AgentCase case_;
  std::set<ItemId> items_;
  std::deque<uint64_t> queue_;
  std::deque<std::pair<uint64_t, int64_t>> due_;  // like queue_; open loop: without a moment yet
  std::deque<int64_t> free_since_;
  std::vector<RequestRecord> open_;
  ProgressEvent told_;
  int64_t told_ns_ = 0;
  int64_t free_ = 0;
  int64_t received_ = 0;
  int64_t start_ns_ = 0;
  int64_t started_count_ = 0;
  int64_t finished_ = 0;
  uint64_t sequence_ = 0;
  uint64_t acknowledged_ = 0;
  bool started_ = false;
  bool stopped_ = false;
  bool cancelled_ = false;
  bool finishing_ = false;
  bool done_ = false;
  bool broken_ = false;
  bool silent_ = false;
  bool gave_up_ = false;
  std::vector<std::function<void()>> held_up_;
};

}  // namespace monsoon
