#include "agent/core/session/session_registry.h"

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr int64_t kNsPerSecond = 1'000'000'000;

std::string InSeconds(int64_t ns) { return StrCat((ns + kNsPerSecond - 1) / kNsPerSecond, " s"); }

}  // namespace

void SessionRegistry::Observe(int64_t lease_until_ns, bool attached) {
  if (!holder_) return;
  holder_->lease_until_ns = lease_until_ns;
  holder_->attached = attached;
}

SessionRegistry::Verdict SessionRegistry::Take(const std::string& run_id, int64_t now_ns,
                                               int64_t lease_until_ns) {
  if (draining_) {
    return {.answer = Answer::kDraining,
            .sentence = StrCat("this agent is being stopped (", drain_reason_,
                               ") and takes no run; leave it out, or start it again")};
  }
  if (holder_ && now_ns <= holder_->lease_until_ns) return Busy(run_id, now_ns);
  holder_ = Holder{.run_id = run_id, .lease_until_ns = lease_until_ns, .attached = true};
  return {.answer = Answer::kTaken, .epoch = ++epoch_, .run_id = run_id};
}

SessionRegistry::Verdict SessionRegistry::Busy(const std::string& run_id, int64_t now_ns) const {
  Verdict verdict{.answer = Answer::kBusy,
                  .run_id = holder_->run_id,
                  .retry_after_ns = holder_->lease_until_ns - now_ns + 1};
  if (run_id != holder_->run_id) {
    verdict.sentence = StrCat("this agent is busy with run ", holder_->run_id,
                              "; wait for it, or stop its controller");
  } else if (holder_->attached) {
    verdict.answer = Answer::kSameRun;
    verdict.retry_after_ns = 0;
    verdict.sentence = StrCat("this agent is already part of run ", run_id,
                              " under another name; name every agent once");
  } else {
    verdict.answer = Answer::kSameRunHeld;
    verdict.sentence =
        StrCat("this agent still holds run ", run_id, " for a controller that is gone; its lease",
               " runs out in ", InSeconds(verdict.retry_after_ns));
  }
  return verdict;
}

SessionRegistry::Verdict SessionRegistry::Resume(const std::string& run_id,
                                                 const std::string& instance_id,
                                                 uint64_t epoch) const {
  Verdict verdict{.answer = Answer::kUnknownSession};
  if (instance_id != instance_id_) {
    verdict.sentence = StrCat("the agent process that served run ", run_id,
                              " is gone; this one was started after it");
  } else if (!holder_ || epoch != epoch_ || run_id != holder_->run_id) {
    verdict.sentence =
        StrCat("this agent no longer serves that session of run ", run_id,
               holder_ ? StrCat("; run ", holder_->run_id, " has taken it since") : std::string());
  } else {
    verdict.answer = Answer::kFound;
  }
  return verdict;
}

SessionRegistry::Verdict SessionRegistry::Collect(const std::string& run_id, int64_t now_ns) {
  if (holder_ && holder_->run_id == run_id) {
    if (now_ns <= holder_->lease_until_ns) {
      Verdict verdict = Busy(run_id, now_ns);
      verdict.answer = Answer::kSameRunHeld;
      verdict.retry_after_ns = holder_->lease_until_ns - now_ns + 1;
      verdict.sentence = StrCat("run ", run_id, " still holds this agent; its lease runs out in ",
                                InSeconds(verdict.retry_after_ns), " if its controller is gone");
      return verdict;
    }
    holder_ = std::nullopt;
  }
  return {.answer = Answer::kNotHeld};
}

std::string SessionRegistry::HeldBy(int64_t now_ns) const {
  return holder_ && now_ns <= holder_->lease_until_ns ? holder_->run_id : std::string();
}

void SessionRegistry::End(uint64_t epoch) {
  if (epoch == epoch_) holder_ = std::nullopt;
}

void SessionRegistry::Drain(std::string reason) {
  draining_ = true;
  drain_reason_ = std::move(reason);
}

}  // namespace monsoon
