#include "tests/simulation/sim_controller.h"

#include <algorithm>
#include <utility>

#include "common/base/str_cat.h"
#include "common/time/clock.h"

namespace monsoon {
namespace {

constexpr int64_t kTickNs = 50 * kNsPerMs;
constexpr int64_t kWelcomeNs = 10 * kNsPerS;
constexpr uint64_t kFirstPings = 16;
constexpr int64_t kMaxStartSkewNs = 100 * kNsPerMs;

}  // namespace

SimController::SimController(Place place) : place_(std::move(place)), begun_ns_(now_ns()) {
  for (size_t i = 0; i < place_.agents.size(); ++i) AddSeat(place_.agents[i], place_.weights[i]);
  // A resumed run collects first.
  if (place_.process->life() > 1) {
    Resume();
    return;
  }
  for (Seat& seat : seats_) seat.link->Dial();
  Tick();
}

void SimController::AddSeat(SimLink::Place place, double weight) {
  place.index = seats_.size();
  Seat seat;
  seat.place = place;
  seat.link = std::make_unique<SimLink>(place, [this](const AgentEvent& event) { Hear(event); });
  seat.agent = std::make_unique<RunAgent>(seat.link.get(), place.info.item_cache_bytes);
  seat.agent->weight = weight;
  agents_.push_back(seat.agent.get());
  seats_.push_back(std::move(seat));
}

// It may be started again, for the cases that follow.
void SimController::AwaitAgain(size_t index) {
  AddSeat(seats_[index].place, agents_[index]->weight);
  Seat& seat = seats_.back();
  seat.agent->lost = true;
  seat.arriving = true;
  seat.link->Dial();
}

void SimController::Interrupt() {
  ++interrupts_;
  if (coordinator_ == nullptr) return;
  coordinator_->Interrupt(interrupts_ == 1 ? StopMode::kDrain : StopMode::kCancel, "interrupted");
  if (coordinator_->ended()) EndCase();
}

void SimController::Kill() {
  place_.process->Kill();
  for (Seat& seat : seats_) seat.link->Drop();
}

void SimController::Tick() {
  if (done_) return;
  place_.process->AfterClock(kTickNs, [this] { Tick(); });
  for (size_t i = 0; i < seats_.size(); ++i) {
    if (seats_[i].link->welcomed() && !done_) PingAndJudge(i);
  }
  if (done_) return;
  if (coordinator_ == nullptr) return TryBegin();
  coordinator_->Tick(now_ns());
  if (coordinator_->ended()) EndCase();
}

void SimController::PingAndJudge(size_t index) {
  Seat& seat = seats_[index];
  if (!seat.watch) seat.watch.emplace(place_.lease_ns, now_ns());
  if (now_ns() >= seat.next_ping_ns) {
    const int64_t until_ns = seat.watch->Grant(now_ns(), seat.agent->clock);
    const bool sent = seat.link->Ping(++seat.pings, now_ns(), until_ns);
    const bool first = sent && seat.pings < kFirstPings;
    seat.next_ping_ns = now_ns() + (first ? kTickNs : seat.watch->ping_interval_ns());
  }
  const auto change = seat.watch->Judge(now_ns(), seat.agent->clock);
  if (!change) return;
  if (const auto* suspected = std::get_if<SuspectedEvent>(&*change)) {
    place_.trace(StrCat("agent", index, " ", suspected->reason));
    seat.agent->suspected = true;
    if (place_.flaws->loses_too_early) return Tell({index, LostEvent{"it is silent"}});
    if (suspected->reason.find("silent") != std::string::npos) seat.link->DialAnew();
    Tell({index, *suspected});
  } else if (const auto* lost = std::get_if<LostEvent>(&*change)) {
    seat.agent->suspected = false;
    Tell({index, *lost});
  } else if (const auto* recovered = std::get_if<RecoveredEvent>(&*change)) {
    seat.agent->suspected = false;
    Tell({index, *recovered});
  } else {
    seat.agent->lost = false;
    Tell({index, RejoinedEvent{}});
  }
}

void SimController::Tell(const AgentEvent& event) {
  if (std::holds_alternative<LostEvent>(event.body)) {
    const std::string& instance = seats_[event.agent].link->info().instance_id;
    place_.trace(
        StrCat("agent", event.agent, " is lost: ", std::get<LostEvent>(event.body).reason));
    given_up_.try_emplace({instance, next_case_ - 1}, place_.time->now_ns());
    agents_[event.agent]->lost = true;
  }
  if (coordinator_ == nullptr) return;
  coordinator_->Handle(event, now_ns());
  if (coordinator_->ended()) EndCase();
}

void SimController::Hear(const AgentEvent& event) {
  Seat& seat = seats_[event.agent];
  if (!seat.watch) seat.watch.emplace(place_.lease_ns, now_ns());
  if (const auto* connection = std::get_if<ConnectionEvent>(&event.body)) {
    // A new lease at once: the one it has may be about to end.
    if (connection->kind == ConnectionEvent::Kind::kRestored) seat.next_ping_ns = 0;
    seat.watch->OnConnection(*connection, now_ns());
    if (connection->kind == ConnectionEvent::Kind::kDead && !done_) AwaitAgain(event.agent);
    return;
  }
  seat.watch->Heard(now_ns());
  if (const auto* pong = std::get_if<PongEvent>(&event.body)) {
    seat.agent->clock.Add(pong->times);
    if (!seat.arriving || seat.pings < kFirstPings) return;
    seat.arriving = seat.agent->lost = false;
    ++rejoined_;
    return place_.trace(StrCat("agent", event.agent, " was started again"));
  }
  if (const auto* batch = std::get_if<RecordsEvent>(&event.body)) {
    place_.database->Store(seat.link->info().instance_id, seat.link->info().epoch, *batch);
    if (coordinator_ == nullptr) {
      seat.agent->last_sequence = std::max(seat.agent->last_sequence, batch->sequence);
      return seat.link->Acknowledge(batch->sequence);
    }
  }
  if (done_ || coordinator_ == nullptr) return;
  coordinator_->Handle(event, now_ns());
  if (coordinator_->ended()) EndCase();
}

// Once everybody is there and has a known clock; what does not come in time is left out of the run
// before anything was sent.
void SimController::TryBegin() {
  if (interrupts_ > 0) return EndRun();
  const bool late = now_ns() - begun_ns_ > kWelcomeNs;
  for (const Seat& seat : seats_) {
    const bool there = seat.link->welcomed() && seat.pings >= 4 && seat.agent->clock.known();
    if (!there && !seat.agent->lost) {
      if (!late) return;
      rejected_ = true;
      return EndRun();
    }
  }
  BeginCase();
}

void SimController::BeginCase() {
  const SimCaseSpec& spec = place_.cases[static_cast<size_t>(next_case_)];
  CaseOrder order;
  order.agent_case.case_index = next_case_++;
  order.agent_case.concurrency = spec.concurrency;
  if (spec.rate_per_s > 0) order.agent_case.open_loop = OpenLoop{spec.rate_per_s};
  order.source = spec.source;
  order.on_agent_loss = place_.on_agent_loss;
  order.lease_ns = place_.lease_ns;
  order.max_start_skew_ns = kMaxStartSkewNs;
  coordinator_ = std::make_unique<CaseCoordinator>(order, agents_);
  place_.trace(StrCat("case ", next_case_ - 1, " begins"));
  if (!coordinator_->Begin(now_ns()).ok()) EndCase();
}

void SimController::EndCase() {
  const int32_t index = next_case_ - 1;
  place_.trace(StrCat(
      "case ", index, " has ended", coordinator_->rejection().ok() ? "" : ": ",
      coordinator_->rejection().ok() ? std::string() : ToStd(coordinator_->rejection().message())));
  if (coordinator_->rejection().ok()) {
    for (size_t i = 0; i < coordinator_->agents().size(); ++i) {
      for (const uint64_t request : coordinator_->LostRequests(i)) {
        place_.database->WriteDown(
            index, request,
            coordinator_->MayHaveBegun(i) ? RequestStatus::kLost : RequestStatus::kNotSent,
            seats_[i].link->info().instance_id);
      }
    }
    for (const IndexRange& range : coordinator_->NotSentRequests()) {
      for (uint64_t request = range.begin; request < range.end; ++request) {
        place_.database->WriteDown(index, request, RequestStatus::kNotSent, "");
      }
    }
  } else {
    rejected_ = true;
    const uint64_t total = place_.cases[static_cast<size_t>(index)].source->total();
    for (uint64_t request = 0; request < total; ++request) {
      place_.database->WriteDown(index, request, RequestStatus::kNotSent, "");
    }
  }
  const bool aborted = coordinator_->aborted();
  coordinator_.reset();
  begun_ns_ = now_ns();
  if (interrupts_ > 0 || aborted || next_case_ == static_cast<int32_t>(place_.cases.size())) {
    EndRun();
  }
}

void SimController::EndRun() {
  for (; next_case_ < static_cast<int32_t>(place_.cases.size()); ++next_case_) {
    const uint64_t total = place_.cases[static_cast<size_t>(next_case_)].source->total();
    for (uint64_t request = 0; request < total; ++request) {
      place_.database->WriteDown(next_case_, request, RequestStatus::kNotSent, "");
    }
  }
  for (Seat& seat : seats_) seat.link->EndRun();
  done_ = true;
}

// ---- After a controller's death ----

void SimController::Resume() {
  collected_.assign(seats_.size(), false);
  collect_until_ns_ = now_ns() + 2 * place_.lease_ns + 5 * kNsPerS;
  // The interrupted case is the last of which anything was handed out.
  while (next_case_ < static_cast<int32_t>(place_.cases.size()) &&
         place_.database->handed(next_case_) > 0) {
    ++next_case_;
  }
  CollectAll();
}

void SimController::CollectAll() {
  std::vector<bool> whole(seats_.size(), false);
  bool again = false;
  for (size_t i = 0; i < seats_.size(); ++i) {
    SimAgent& agent = *place_.agents[i].agent;
    const SimNetwork& network = *place_.agents[i].network;
    const int64_t true_ns = place_.time->now_ns();
    const bool reachable = agent.process().alive() && !agent.process().stopped() &&
                           network.held_until_ns <= true_ns && network.refused_until_ns <= true_ns;
    std::vector<SimSpooled> found;
    if (!reachable ||
        agent.Collect(place_.agents[i].run_id, &found) == SimAgent::CollectAnswer::kLater) {
      again = true;
      continue;
    }
    for (const SimSpooled& spooled : found) {
      for (const auto& [sequence, batch] : spooled.batches) {
        place_.database->Store(spooled.instance, spooled.epoch, batch);
      }
      for (const CaseDoneEvent& done : spooled.dones) {
        if (done.case_index == next_case_ - 1) whole[i] = true;
      }
    }
  }
  if (again && now_ns() < collect_until_ns_) {
    place_.process->AfterClock(4 * kTickNs, [this] { CollectAll(); });
    return;
  }
  CloseCase(whole);
  begun_ns_ = now_ns();
  if (next_case_ == static_cast<int32_t>(place_.cases.size())) return EndRun();
  for (Seat& seat : seats_) seat.link->Dial();
  Tick();
}

void SimController::CloseCase(const std::vector<bool>& whole) {
  const bool all_whole = std::all_of(whole.begin(), whole.end(), [](bool each) { return each; });
  for (int32_t index = 0; index < next_case_; ++index) {
    const uint64_t total = place_.cases[static_cast<size_t>(index)].source->total();
    for (uint64_t request = 0; request < total; ++request) {
      if (place_.database->rows().contains({index, request})) continue;
      const bool maybe_sent = request < place_.database->handed(index) && !all_whole;
      place_.database->WriteDown(index, request,
                                 maybe_sent ? RequestStatus::kLost : RequestStatus::kNotSent, "");
    }
  }
}

}  // namespace monsoon
