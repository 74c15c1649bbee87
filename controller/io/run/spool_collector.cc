#include "controller/io/run/spool_collector.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/time/clock.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/time/duration_text.h"
#include "controller/core/tokens/token_counting.h"
#include "controller/io/run/end_facts.h"

namespace monsoon {
namespace {

// An agent that does not answer is tried for the lease and a little more: by then whatever kept it
// is over, or is not going to be.
constexpr int64_t kPatienceBeyondLeaseNs = 5 * kNsPerS;
// A lease is much shorter; another controller may hold it for long.
constexpr int64_t kBusyPatienceNs = 120 * kNsPerS;
constexpr int64_t kRetryNs = 500 * kNsPerMs;
constexpr int64_t kTickNs = 100 * kNsPerMs;

}  // namespace

int32_t ScenarioCaseOf(const std::vector<CaseFacts>& cases, const CaseFacts& facts) {
  int32_t case_index = facts.spec.index;
  std::optional<int32_t> earlier = facts.supersedes;
  // Each step goes to a lower index.
  while (earlier && *earlier < case_index) {
    case_index = *earlier;
    const auto found = std::find_if(cases.begin(), cases.end(), [case_index](const CaseFacts& one) {
      return one.spec.index == case_index;
    });
    earlier = found == cases.end() ? std::nullopt : found->supersedes;
  }
  return case_index;
}

// One agent's.
class SpoolCollector::Sink final : public CollectSink {
 public:
  Sink(SpoolCollector* collector, const std::string* agent, AgentCollection* result)
      : collector_(*collector), agent_(*agent), result_(*result) {}

  absl::Status OnRecords(const SpooledSession& session, RecordsEvent batch) override {
    const AgentInfo agent = collector_.WhoRan(session, agent_);
    return Noted(collector_.TakeRecords(agent, std::move(batch), result_));
  }
  absl::Status OnCaseDone(const SpooledSession&, CaseDoneEvent done) override {
    done_.push_back(std::move(done));  // batches before it may come after it
    return absl::OkStatus();
  }
  absl::Status OnSessionEnd(const SpooledSession& session) override {
    const AgentInfo agent = collector_.WhoRan(session, agent_);
    absl::Status status;
    for (const CaseDoneEvent& done : done_) status.Update(collector_.TakeCaseDone(agent, done));
    done_.clear();
    ++result_.sessions;
    return Noted(std::move(status));
  }

 private:
  absl::Status Noted(absl::Status status) {
    if (!status.ok()) collector_.Fail(status);
    return status;
  }

  SpoolCollector& collector_;
  const std::string& agent_;
  AgentCollection& result_;
  std::vector<CaseDoneEvent> done_;  // of the session at hand
};

SpoolCollector::SpoolCollector(RunSession* session, std::vector<CaseFacts>* cases)
    : session_(*session), cases_(*cases) {
  for (const CaseFacts& facts : *cases) {
    session_.keeper().Place(facts.spec.index, facts.start_ns == kNever ? 0 : facts.start_ns);
  }
}

absl::StatusOr<std::vector<AgentCollection>> SpoolCollector::Collect(
    const std::vector<AgentTarget>& targets) {
  std::vector<AgentCollection> results(targets.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < targets.size(); ++i) {
    results[i].name = targets[i].name;
    threads.emplace_back(
        [this, &target = targets[i], &result = results[i]] { CollectFromOne(target, result); });
  }
  for (std::thread& thread : threads) thread.join();
  session_.counter().EndCase();
  absl::MutexLock lock(&mutex_);
  RETURN_IF_ERROR(error_);
  if (session_.signals().count() > 0) {
    return absl::CancelledError(
        "interrupted; what was collected is kept, and `controller resume` goes on from there");
  }
  return results;
}

void SpoolCollector::CollectFromOne(const AgentTarget& target, AgentCollection& result) {
  const int64_t since_ns = session_.clock().MonotonicNs();
  while (!Interrupted()) {
    Sink sink(this, &target.name, &result);
    const absl::StatusOr<CollectOutcome> outcome =
        CollectFrom(target, session_.facts().run_id, sink);
    if (outcome.ok() && outcome->kind != CollectOutcome::Kind::kBusy) return;
    if (outcome.ok()) {
      if (WaitFor(target, *outcome, since_ns)) continue;
      result.failure = StrCat("agent ", target.name, " is still busy: ", outcome->message);
      return;
    }
    const bool again = absl::IsUnavailable(outcome.status()) &&
                       session_.clock().MonotonicNs() - since_ns <
                           session_.inputs().scenario.lease_ns + kPatienceBeyondLeaseNs;
    if (!again) {
      result.failure = std::string(outcome.status().message());
      return;
    }
    Sleep(kRetryNs);
  }
}

bool SpoolCollector::WaitFor(const AgentTarget& target, const CollectOutcome& busy,
                             int64_t since_ns) {
  const int64_t now_ns = session_.clock().MonotonicNs();
  if (now_ns + busy.retry_after_ns - since_ns > kBusyPatienceNs) return false;
  {
    absl::MutexLock lock(&mutex_);
    const int64_t seconds = std::max<int64_t>((busy.retry_after_ns + kNsPerS - 1) / kNsPerS, 1);
    session_.display().Say(StrCat("agent ", target.name, " still holds to the dead controller; ",
                                  "waiting ", FormatDurationNs(seconds * kNsPerS), ": ",
                                  busy.message));
  }
  Sleep(busy.retry_after_ns);
  return true;
}

void SpoolCollector::Sleep(int64_t duration_ns) const {
  const int64_t until_ns = session_.clock().MonotonicNs() + duration_ns;
  while (!Interrupted()) {
    const int64_t left_ns = until_ns - session_.clock().MonotonicNs();
    if (left_ns <= 0) return;
    absl::SleepFor(absl::Nanoseconds(std::min(left_ns, kTickNs)));
  }
}

bool SpoolCollector::Interrupted() const {
  absl::MutexLock lock(&mutex_);
  return session_.signals().count() > 0 || !error_.ok();
}

void SpoolCollector::Fail(const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  error_.Update(status);
}

CaseFacts* SpoolCollector::FindCase(int32_t case_index) {
  const auto found = std::find_if(cases_.begin(), cases_.end(), [case_index](const CaseFacts& one) {
    return one.spec.index == case_index;
  });
  return found == cases_.end() ? nullptr : &*found;
}

AgentInfo SpoolCollector::WhoRan(const SpooledSession& spooled, const std::string& reached_as) {
  AgentInfo info;
  info.name = reached_as;
  info.instance_id = spooled.instance_id;
  info.epoch = spooled.epoch;
  absl::MutexLock lock(&mutex_);
  for (const CaseFacts& facts : cases_) {
    for (const AgentFacts& agent : facts.agents) {
      if (agent.instance_id == info.instance_id) info.name = agent.name;
    }
  }
  return info;
}

absl::Status SpoolCollector::TakeRecords(const AgentInfo& agent, RecordsEvent batch,
                                         AgentCollection& result) {
  const BatchId id{.agent = agent.name,
                   .epoch = agent.epoch,
                   .sequence = batch.sequence,
                   .instance_id = agent.instance_id};
  absl::MutexLock lock(&mutex_);
  ASSIGN_OR_RETURN(const bool known, session_.db().HasBatch(id));
  if (known) return absl::OkStatus();
  const CaseFacts* const facts = FindCase(batch.case_index);
  if (facts != nullptr) CountTokens(*facts, batch);
  result.records += static_cast<int64_t>(batch.records.size());
  return session_.keeper().Keep(agent, batch, /*collected=*/true);
}

absl::Status SpoolCollector::TakeCaseDone(const AgentInfo& agent, const CaseDoneEvent& done) {
  absl::MutexLock lock(&mutex_);
  CaseFacts* const facts = FindCase(done.case_index);
  if (facts == nullptr) return absl::OkStatus();
  for (AgentFacts& one : facts->agents) {
    if (one.instance_id != agent.instance_id || one.epoch != agent.epoch) continue;
    const BatchId last{.agent = agent.name,
                       .epoch = agent.epoch,
                       .sequence = done.last_sequence,
                       .instance_id = agent.instance_id};
    ASSIGN_OR_RETURN(one.reported, session_.db().HasBatches(last));
    TakeEnd(done, one);
    return session_.db().WriteCase(*facts);
  }
  return absl::OkStatus();
}

void SpoolCollector::CountTokens(const CaseFacts& facts, RecordsEvent& batch) {
  const auto position = static_cast<size_t>(ScenarioCaseOf(cases_, facts));
  if (position >= session_.inputs().cases.size()) return;
  const CaseInputs& input = session_.inputs().cases[position];
  if (CountedTextOf(facts.spec) == KeepText::kNone) return;
  if (counting_case_ != facts.spec.index) {
    session_.counter().EndCase();
    session_.counter().BeginCase({.run_id = session_.facts().run_id,
                                  .spec = &facts.spec,
                                  .tokenizer = input.tokenizer,
                                  .dataset = input.dataset,
                                  .plan = input.plan});
    counting_case_ = facts.spec.index;
  }
  session_.counter().Count(batch.case_index, batch.records);
}

}  // namespace monsoon
