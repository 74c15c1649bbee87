// AgentWatch: is an agent there, silent, or gone? Decides over one session, from what was heard,
// what the connection does, and the leases that were granted (rules "Lease" and "Loss" of
// proto/monsoon/v1/agent.proto).
//
// An agent is suspected when nothing was heard of it for a while, or when its connection broke. It
// is lost when the last lease that any ping may have brought it has run out for certain, by the
// clock's offset and its bound; or when its process is known to be dead. From the moment at which
// it is suspected, pings grant it no more than it has, so that the end of its lease is known.
//
// Pure: all times are the controller's, and arguments. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "controller/core/run/agent_link.h"
#include "controller/core/run/clock_offset.h"

namespace monsoon {

class AgentWatch {
 public:
  enum class State { kHeard, kSuspected, kLost };
  static constexpr int64_t kPingIntervalNs = 1'000'000'000;
  static constexpr int64_t kSuspectAfterNs = 3'000'000'000;
  using Change = std::variant<SuspectedEvent, RecoveredEvent, LostEvent, RejoinedEvent>;

  // Of the session that begins now, with its first lease.
  AgentWatch(int64_t lease_ns, int64_t now_ns);

  // How often it is to be pinged: once a second, and eight times in a short lease.
  int64_t ping_interval_ns() const;
  // Silence that makes suspicious: 3 s, or half of a short lease (of 0.5 s at least).
  int64_t suspect_after_ns() const;
  int64_t lease_ns() const { return lease_ns_; }

  // For a ping that is sent now: what it says as lease_until_agent_ns. It counts as granted.
  int64_t Grant(int64_t now_ns, const ClockOffset& clock);

  // Something came from the agent at that time, which may be a while ago.
  void Heard(int64_t at_ns);
  void OnConnection(const ConnectionEvent& event, int64_t now_ns);
  // What has changed since the last call. To be called often, after everything that has arrived was
  // told: a pause of the caller is no silence of the agent.
  std::optional<Change> Judge(int64_t now_ns, const ClockOffset& clock);

  State state() const { return state_; }
  // Until the lease has run out for certain; <= 0: it has.
  int64_t lease_left_ns(int64_t now_ns, const ClockOffset& clock) const;

 private:
  bool silent(int64_t now_ns) const { return now_ns - heard_ns_ >= suspect_after_ns(); }
  std::optional<Change> Suspect(int64_t now_ns, const ClockOffset& clock);
  std::optional<Change> Lose(std::string reason);
  std::string Since(int64_t now_ns) const;

  int64_t lease_ns_;
  State state_ = State::kHeard;
  int64_t heard_ns_;
  int64_t judged_ns_;
  bool connected_ = true;
  bool for_good_ = false;  // kBrokenOff
  bool dead_ = false;
  std::string break_reason_;      // of the connection, while it is not there
  int64_t granted_agent_ns_ = 0;  // the largest; 0: none yet in the agent's time
  int64_t granted_until_ns_ = 0;  // of pings from before the offset was known, controller's time
};

}  // namespace monsoon
