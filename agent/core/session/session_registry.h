// SessionRegistry: who may have this agent now (rules "One run" and "Session" of
// proto/monsoon/v1/agent.proto). It is free, or a run holds it; a session outlives its streams, and
// a newcomer gets the agent only when the run has ended or its lease has run out.
//
// Pure and not thread-safe; the service guards it, and tells it how the holder stands (Observe)
// before it asks anything. Times ns, monotonic.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace monsoon {

class SessionRegistry {
 public:
  enum class Answer {
    kTaken,           // the agent is the asker's; whoever held it before has lost it
    kFound,           // the session that was asked for holds the agent
    kNotHeld,         // no session of that run holds the agent (any more)
    kBusy,            // another run holds it
    kSameRun,         // this very run holds it already, and is connected
    kSameRunHeld,     // this very run holds it still, for a controller that is gone
    kUnknownSession,  // the session that was asked for is not here, and will not be again
    kDraining         // the agent is being stopped
  };
  struct Verdict {
    Answer answer = Answer::kUnknownSession;
    uint64_t epoch = 0;          // kTaken
    std::string run_id;          // of whoever holds the agent
    int64_t retry_after_ns = 0;  // 0: not worth trying again
    std::string sentence;        // for the user, of every refusal
  };

  explicit SessionRegistry(std::string instance_id) : instance_id_(std::move(instance_id)) {}

  // How the session that holds the agent stands: until when its lease lasts, and whether a Control
  // stream of it is open.
  void Observe(int64_t lease_until_ns, bool attached);

  // A new run asks for the agent, with a lease until `lease_until_ns`.
  Verdict Take(const std::string& run_id, int64_t now_ns, int64_t lease_until_ns);
  // A controller takes up a session of its own again: kFound or kUnknownSession.
  Verdict Resume(const std::string& run_id, const std::string& instance_id, uint64_t epoch) const;
  // Somebody collects what is left of a run: kNotHeld, also when the lease of the session that
  // holds the agent has run out (then it has lost the agent), or kSameRunHeld: come back later.
  Verdict Collect(const std::string& run_id, int64_t now_ns);
  // The session of this epoch is over.
  void End(uint64_t epoch);
  // From now on no run gets the agent; `reason` is part of a sentence.
  void Drain(std::string reason);

  // The run that holds the agent, while its lease lasts; "": none, and a newcomer would get it.
  std::string HeldBy(int64_t now_ns) const;
  bool draining() const { return draining_; }
  uint64_t epoch() const { return epoch_; }  // of the last session; 0: there was none

 private:
  struct Holder {
    std::string run_id;
    int64_t lease_until_ns = 0;
    bool attached = false;
  };

  Verdict Busy(const std::string& run_id, int64_t now_ns) const;

  const std::string instance_id_;
  uint64_t epoch_ = 0;
  std::optional<Holder> holder_;
  bool draining_ = false;
  std::string drain_reason_;
};

}  // namespace monsoon
