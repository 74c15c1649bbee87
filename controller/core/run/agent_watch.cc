#include "controller/core/run/agent_watch.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"

#include "common/base/str_cat.h"
#include "common/time/clock.h"

namespace monsoon {
namespace {

constexpr int64_t kShortestSuspicionNs = 500 * kNsPerMs;
constexpr int64_t kPingsInALease = 8;
// Between two calls of Judge; longer, and it was the controller that stood still.
constexpr int64_t kOwnPauseNs = 500 * kNsPerMs;

}  // namespace

AgentWatch::AgentWatch(int64_t lease_ns, int64_t now_ns)
    : lease_ns_(lease_ns),
      heard_ns_(now_ns),
      judged_ns_(now_ns),
      granted_until_ns_(now_ns + lease_ns) {}

int64_t AgentWatch::ping_interval_ns() const {
  return std::min(kPingIntervalNs, lease_ns_ / kPingsInALease);
}

int64_t AgentWatch::suspect_after_ns() const {
  return std::min(kSuspectAfterNs, std::max(kShortestSuspicionNs, lease_ns_ / 2));
}

int64_t AgentWatch::Grant(int64_t now_ns, const ClockOffset& clock) {
  if (!clock.known()) {
    // Worth the lease from its arrival, which comes before its answer: see Heard().
    granted_until_ns_ = std::max(granted_until_ns_, now_ns + lease_ns_);
    return 0;
  }
  const int64_t until_ns = now_ns + lease_ns_ + clock.offset_ns(now_ns);
  if (state_ == State::kHeard || granted_agent_ns_ == 0) {
    granted_agent_ns_ = std::max(granted_agent_ns_, until_ns);
  }
  return granted_agent_ns_;
}

void AgentWatch::Heard(int64_t at_ns) {
  heard_ns_ = std::max(heard_ns_, at_ns);
  if (granted_agent_ns_ == 0) granted_until_ns_ = std::max(granted_until_ns_, at_ns + lease_ns_);
}

void AgentWatch::OnConnection(const ConnectionEvent& event, int64_t now_ns) {
  switch (event.kind) {
    case ConnectionEvent::Kind::kRestored:
      connected_ = true;
      heard_ns_ = now_ns;
      break_reason_.clear();
      return;
    case ConnectionEvent::Kind::kDead:
      dead_ = true;
      break;
    case ConnectionEvent::Kind::kBrokenOff:
      for_good_ = true;
      break;
    case ConnectionEvent::Kind::kBroken:
      break;
  }
  connected_ = false;
  break_reason_ = event.reason;
}

int64_t AgentWatch::lease_left_ns(int64_t now_ns, const ClockOffset& clock) const {
  const int64_t before_offset_ns = granted_until_ns_ - now_ns;
  if (granted_agent_ns_ == 0 || !clock.known()) return before_offset_ns;
  // The agent's clock shows at least this much.
  const int64_t agent_ns = now_ns + clock.offset_ns(now_ns) - clock.bound_ns(now_ns);
  return std::max(before_offset_ns, granted_agent_ns_ - agent_ns + 1);
}

std::optional<AgentWatch::Change> AgentWatch::Judge(int64_t now_ns, const ClockOffset& clock) {
  // What the agent said meanwhile is still on its way to us.
  const int64_t pause_ns = now_ns - judged_ns_;
  if (pause_ns > kOwnPauseNs)
    heard_ns_ = std::min(heard_ns_ + pause_ns, std::max(heard_ns_, now_ns));
  judged_ns_ = now_ns;
  if (state_ == State::kLost) {
    if (dead_ || !connected_ || silent(now_ns)) return std::nullopt;
    state_ = State::kHeard;
    return RejoinedEvent{};
  }
  if (dead_) return Lose(break_reason_);
  if (connected_ && !silent(now_ns)) {
    if (state_ == State::kHeard) return std::nullopt;
    state_ = State::kHeard;
    return RecoveredEvent{};
  }
  if (state_ == State::kHeard) return Suspect(now_ns, clock);
  if (lease_left_ns(now_ns, clock) > 0) return std::nullopt;
  if (for_good_) return Lose(StrCat(break_reason_, "; it was not spoken to any more"));
  const std::string why = connected_ ? "" : StrCat(" (", break_reason_, ")");
  return Lose(
      StrCat("nothing was heard from it for ", Since(now_ns), why, ", and its lease has run out"));
}

std::optional<AgentWatch::Change> AgentWatch::Suspect(int64_t now_ns, const ClockOffset& clock) {
  state_ = State::kSuspected;
  const double left_s = ToSeconds(std::max<int64_t>(lease_left_ns(now_ns, clock), 0));
  const std::string lease = absl::StrFormat("; its lease ends in %.0f s", left_s);
  if (!connected_) return SuspectedEvent{StrCat("is out of reach (", break_reason_, ")", lease)};
  return SuspectedEvent{StrCat("is silent since ", Since(now_ns), lease)};
}

std::optional<AgentWatch::Change> AgentWatch::Lose(std::string reason) {
  state_ = State::kLost;
  return LostEvent{.reason = std::move(reason)};
}

std::string AgentWatch::Since(int64_t now_ns) const {
  return absl::StrFormat("%.1f s", ToSeconds(now_ns - heard_ns_));
}

}  // namespace monsoon
