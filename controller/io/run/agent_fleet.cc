#include "controller/io/run/agent_fleet.h"

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/wire/protocol.h"

namespace monsoon {
namespace {

constexpr int kFirstPings = 16;
// More often than its lease asks for, so that what it has received need not be kept.
constexpr int64_t kBusyPingNs = 100 * kNsPerMs;
constexpr int64_t kBusyBacklogBytes = 4 << 20;
// At least so often it is judged who is silent, however much they all say.
constexpr int64_t kJudgeNs = 100 * kNsPerMs;

}  // namespace

AgentFleet::AgentFleet(const FleetOptions& options, std::string run_id, const Clock* clock)
    : options_(options), run_id_(std::move(run_id)), clock_(*clock) {}

AgentFleet::~AgentFleet() {
  for (const auto& member : members_) {
    if (member->link != nullptr) member->link->Close(run_is_over_);
  }
}

void AgentFleet::Ping(Member& member, int64_t now_ns) {
  const int64_t until_ns = member.watch.Grant(now_ns, member.state->clock);
  member.link->Ping(next_ping_++, now_ns, until_ns);
  member.pinged_ns = now_ns;
}

void AgentFleet::PingAll(int64_t now_ns) {
  for (const auto& member : members_) {
    if (member->link == nullptr) continue;
    const bool busy = member->link->backlog_bytes() > kBusyBacklogBytes;
    const int64_t interval_ns = member->watch.ping_interval_ns();
    if (now_ns - member->pinged_ns >= (busy ? std::min(interval_ns, kBusyPingNs) : interval_ns)) {
      Ping(*member, now_ns);
    }
  }
}

void AgentFleet::CheckEmbedded(int64_t now_ns) {
  if (embedded_ == nullptr || !embedded_->HasEnded()) return;
  HearConnection(0, {ConnectionEvent::Kind::kDead, "its process has ended"}, now_ns);
  embedded_ = nullptr;
}

std::optional<AgentEvent> AgentFleet::Next(int64_t timeout_ns) {
  CheckEmbedded(clock_.MonotonicNs());
  TakeRejoined(clock_.MonotonicNs());
  PingAll(clock_.MonotonicNs());
  if (changes_.empty()) {
    std::optional<AgentEvent> event = inbox_.Pop(absl::Nanoseconds(timeout_ns));
    const int64_t now_ns = clock_.MonotonicNs();
    const bool for_others = event && Hear(*event, now_ns);
    if (!event || inbox_.size() == 0 || now_ns - judged_ns_ >= kJudgeNs) JudgeAll(now_ns);
    if (for_others) return event;
  }
  if (changes_.empty()) return std::nullopt;
  AgentEvent change = std::move(changes_.front());
  changes_.pop_front();
  return change;
}

absl::Status AgentFleet::Idle(int64_t timeout_ns, const LateRecordsHook& keep) {
  const std::optional<AgentEvent> event = Next(timeout_ns);
  const auto* late = event ? std::get_if<RecordsEvent>(&event->body) : nullptr;
  if (late == nullptr) return absl::OkStatus();
  RunAgent& agent = *agents_[event->agent];
  RETURN_IF_ERROR(keep(agent.link->info(), *late));
  agent.last_sequence = std::max(agent.last_sequence, late->sequence);
  agent.link->Acknowledge(late->sequence);
  return absl::OkStatus();
}

bool AgentFleet::Hear(const AgentEvent& event, int64_t now_ns) {
  if (const auto* connection = std::get_if<ConnectionEvent>(&event.body)) {
    HearConnection(event.agent, *connection, now_ns);
    return false;
  }
  if (const auto* pong = std::get_if<PongEvent>(&event.body)) {
    HearPong(event.agent, pong->times, now_ns);
    return false;
  }
  return true;
}

void AgentFleet::HearPong(size_t index, const PingTimes& times, int64_t now_ns) {
  Member& member = *members_[index];
  member.state->clock.Add(times);
  if (member.first_pings_left > 0) --member.first_pings_left;
  if (member.first_pings_left > 0) return Ping(member, now_ns);
  if (!member.arriving) return;
  member.arriving = false;
  member.state->lost = false;
  Say(StrCat("agent ", member.target.name, " was started again, and serves the cases that follow"));
}

void AgentFleet::HearConnection(size_t index, const ConnectionEvent& event, int64_t now_ns) {
  members_[index]->watch.OnConnection(event, now_ns);
  // A new lease at once: the one it has may be about to end.
  if (event.kind == ConnectionEvent::Kind::kRestored) members_[index]->pinged_ns = 0;
  if (event.kind != ConnectionEvent::Kind::kDead || embedded_ != nullptr) return;
  const size_t next = members_.size();
  auto member = std::make_unique<Member>(members_[index]->target, options_.lease_ns, now_ns);
  const RunAgent& old = *members_[index]->state;
  member->state = std::make_unique<RunAgent>(old.link, old.link->info().item_cache_bytes);
  member->state->weight = old.weight;
  member->state->lost = true;
  agents_.push_back(member->state.get());
  members_.push_back(std::move(member));
  rejoiner_.Await(members_[next]->target, OptionsOf(next));
}

void AgentFleet::TakeRejoined(int64_t now_ns) {
  while (std::optional<AgentRejoiner::Rejoined> rejoined = rejoiner_.Take()) {
    Member& member = *members_[rejoined->index];
    member.link = std::move(rejoined->link);
    member.state->link = member.link.get();
    member.state->items = ItemLedger(member.link->info().item_cache_bytes);
    member.watch = AgentWatch(options_.lease_ns, now_ns);
    member.arriving = true;
    member.first_pings_left = kFirstPings;
  }
}

void AgentFleet::JudgeAll(int64_t now_ns) {
  judged_ns_ = now_ns;
  for (size_t i = 0; i < members_.size(); ++i) {
    Member& member = *members_[i];
    if (member.link == nullptr) continue;
    // What it said may wait behind a slow disk, and is no silence.
    member.watch.Heard(member.link->heard_ns());
    if (auto change = member.watch.Judge(now_ns, member.state->clock)) {
      Apply(i, *std::move(change), now_ns);
    }
  }
}

void AgentFleet::Apply(size_t index, AgentWatch::Change change, int64_t now_ns) {
  // Nobody has counted on it yet.
  if (members_[index]->arriving) return;
  RunAgent& agent = *members_[index]->state;
  const std::string name = StrCat("agent ", members_[index]->target.name);
  if (const auto* suspected = std::get_if<SuspectedEvent>(&change)) {
    Say(StrCat(name, " ", suspected->reason));
    members_[index]->link->DialAgain();
  } else if (std::holds_alternative<RecoveredEvent>(change)) {
    Say(StrCat(name, " is heard again"));
    members_[index]->pinged_ns = 0;
  } else if (const auto* lost = std::get_if<LostEvent>(&change)) {
    Say(StrCat(name, " is lost: ", lost->reason));
    agent.lost = true;
  } else {
    Say(StrCat(name, " is back, and serves the cases that follow"));
    agent.lost = false;
    members_[index]->pinged_ns = now_ns - AgentWatch::kPingIntervalNs;
  }
  agent.suspected = std::holds_alternative<SuspectedEvent>(change);
  AgentEvent event{.agent = index, .body = PongEvent{}};
  std::visit([&event](auto& body) { event.body = std::move(body); }, change);
  changes_.push_back(std::move(event));
}

void AgentFleet::Say(const std::string& sentence) const {
  if (options_.say) options_.say(sentence);
}

}  // namespace monsoon
