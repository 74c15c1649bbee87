// The monitor of an AgentSession: every 10 ms it looks at the case and at the lease; at the end it
// winds the run up.
#include <limits>
#include <utility>

#include "agent/io/service/agent_session.h"
#include "agent/io/service/messages.h"
#include "common/base/str_cat.h"
#include "common/process/give_way.h"
#include "common/wire/protocol.h"

namespace monsoon {
namespace {

constexpr absl::Duration kMonitorPeriod = absl::Milliseconds(10);
constexpr int64_t kFlushIntervalNs = 200 * kNsPerMs;
constexpr absl::Duration kAcksBehindEndRun = absl::Seconds(1);
constexpr int64_t kSpillAgainNs = kNsPerS;  // after a failure

}  // namespace

void AgentSession::Monitor() {
  GiveWay();
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithTimeout(absl::Condition(&closing_), kMonitorPeriod);
      if (closing_) break;
    }
    MonitorOnce();
  }
  WindUp();
}

void AgentSession::MonitorOnce() {
  const int64_t now_ns = clock_.MonotonicNs();
  const bool lapsed = now_ns > lease_until_ns();
  if (lapsed) probes_.BreakOff();
  const std::shared_ptr<CaseRunner> current = runner();
  TellWatch(now_ns, current.get());
  if (current == nullptr) {
    if (lapsed) Spill(now_ns);
    return;
  }
  current->CheckLease(now_ns);
  // Looked at before the records are collected: what ended by now is collected for certain.
  const bool ended = current->ended();
  CollectRecords(*current, now_ns);
  SendProgress(*current, now_ns);
  if (ended) FinishCase(*current);
}

void AgentSession::WindUp() {
  probes_.Close();
  for (bool settled = false; !settled;) {
    // An engine's name may take long to resolve: whoever watches must not think that this hangs.
    TellWatch(clock_.MonotonicNs(), runner().get());
    // No case may come after this.
    absl::MutexLock lock(&mutex_);
    const auto done = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !preparing_; };
    settled = mutex_.AwaitWithTimeout(absl::Condition(&done), kMonitorPeriod);
  }
  {
    absl::MutexLock lock(&mutex_);
    if (runner_ != nullptr && gave_up_.empty()) gave_up_ = close_reason_;
    if (runner_ != nullptr) runner_->Stop(LoadMode::kCancel);
  }
  while (runner() != nullptr) {
    MonitorOnce();
    absl::MutexLock lock(&mutex_);
    const auto done = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return runner_ == nullptr; };
    mutex_.AwaitWithTimeout(absl::Condition(&done), absl::Milliseconds(1));
  }
  Conclude();
  absl::MutexLock lock(&mutex_);
  over_ = true;
}

void AgentSession::Conclude() {
  bool in_good_order = false;
  std::string reason;
  {
    absl::MutexLock lock(&mutex_);
    in_good_order = ended_by_controller_;
    if (!in_good_order) reason = close_reason_;
  }
  // EndRun on Control may overtake the last RecordAck on Data.
  if (in_good_order) outlet_.AwaitDelivered(kAcksBehindEndRun);
  // Without the lock: it writes to disk.
  const absl::Status kept = outlet_.Conclude(in_good_order);
  if (!kept.ok()) watch_.SpillFailed(std::string(kept.message()), /*lost=*/true);
  watch_.RunEnded(reason, outlet_.waiting().spilled_bytes);
}

void AgentSession::Spill(int64_t now_ns) {
  if (now_ns < next_spill_ns_) return;
  const absl::Status spilled = outlet_.SpillAll();
  if (spilled.ok()) return;
  // They stay in memory, for the controller to come back.
  if (next_spill_ns_ == 0) {
    watch_.SpillFailed(std::string(spilled.message()), /*lost=*/false);
  }
  next_spill_ns_ = now_ns + kSpillAgainNs;
}

void AgentSession::CollectRecords(CaseRunner& runner, int64_t now_ns) {
  const int32_t case_index = runner.agent_case().case_index;
  runner.DrainRecords(
      [this, case_index](RequestRecord& record) { Collect(case_index, std::move(record)); });
  if (now_ns - last_flush_ns_ >= kFlushIntervalNs) {
    last_flush_ns_ = now_ns;
    outlet_.Flush();
  }
  if (const std::string trouble = outlet_.trouble(); !trouble.empty()) BreakOffCase(trouble);
}

void AgentSession::SendProgress(const CaseRunner& runner, int64_t now_ns) {
  uint64_t received = 0;
  {
    absl::MutexLock lock(&mutex_);
    received = received_;
  }
  v1::ControlResponse response;
  *response.mutable_progress() = MakeProgress(runner, received);
  const v1::Progress& progress = response.progress();
  // Credits (of a closed loop) are urgent when little is queued; otherwise ten times a second is
  // enough.
  const bool news = progress.finished() != last_finished_ || progress.received() != last_received_;
  const bool urgent = news && !runner.agent_case().open_loop &&
                      progress.queued() <= static_cast<uint64_t>(runner.concurrency());
  if (!urgent && now_ns - last_progress_ns_ < kProgressIntervalNs) return;
  last_finished_ = progress.finished();
  last_received_ = progress.received();
  last_progress_ns_ = now_ns;
  control_.Send(std::move(response));
}

void AgentSession::FinishCase(CaseRunner& runner) {
  // Work that no slot took before the case was stopped.
  const int32_t case_index = runner.agent_case().case_index;
  const auto left = runner.TakeBack(std::numeric_limits<uint64_t>::max());
  for (const auto& request : left) Collect(case_index, NotSentRecord(*request));
  CaseEnd end{.cpu_seconds = ProcessCpuSeconds() - cpu_seconds_at_prepare_};
  {
    absl::MutexLock lock(&mutex_);
    end.gave_up = WhyGaveUp(runner, !left.empty());
  }
  const LoopFacts facts = runner.JoinAndCollect();
  v1::ControlResponse response;
  v1::CaseDone* done = response.mutable_case_done();
  *done = MakeCaseDone(runner, facts, end);
  outlet_.EndCase(done);
  {
    // Under the lock, so that the answer to no Recall comes after it.
    absl::MutexLock lock(&mutex_);
    control_.SendNumbered(std::move(response));
    runner_ = nullptr;
  }
  watch_.Ended(runner, facts, end.gave_up);
}

}  // namespace monsoon
