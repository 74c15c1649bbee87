#include "agent/io/service/agent_session.h"

#include <utility>

#include "agent/io/service/give_way.h"
#include "agent/io/service/messages.h"
#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/wire/convert_case.h"
#include "common/wire/protocol.h"

namespace monsoon {
namespace {

constexpr absl::Duration kMonitorPeriod = absl::Milliseconds(10);
constexpr absl::Duration kStopTimeout = absl::Seconds(10);
constexpr int64_t kFlushIntervalNs = 200 * kNsPerMs;

}  // namespace

AgentSession::AgentSession(const AgentOptions* options, const Clock* clock, std::string run_id,
                           uint64_t epoch, int64_t lease_ns, ControlOutbox* control_out)
    : options_(*options),
      clock_(*clock),
      run_id_(std::move(run_id)),
      epoch_(epoch),
      lease_ns_(lease_ns),
      control_out_(*control_out),
      intake_(run_id_, options->item_cache_bytes),
      last_heard_ns_(clock->MonotonicNs()),
      probes_(&options->policy, clock, [this](const ProbeResult& result) { TellProbed(result); }),
      watch_(options->observer, run_id_),
      monitor_([this] { Monitor(); }) {}

AgentSession::~AgentSession() {
  Close();
  monitor_.join();
}

void AgentSession::Close() {
  absl::MutexLock lock(&mutex_);
  closing_ = true;
  probes_.Cancel();
  if (runner_ != nullptr) runner_->Stop(LoadMode::kCancel);
  // Under the lock: DetachData() takes it too, so the Data stream cannot have gone meanwhile.
  if (cancel_data_) cancel_data_();
  cancel_data_ = nullptr;
}

void AgentSession::RenewLease(CaseRunner& runner) const {
  const int64_t now_ns = clock_.MonotonicNs();
  runner.RenewLease(now_ns, now_ns + lease_ns_);
}

std::shared_ptr<CaseRunner> AgentSession::runner() const {
  absl::MutexLock lock(&mutex_);
  return runner_;
}

absl::Status AgentSession::OnControl(const v1::ControlRequest& request) {
  const std::shared_ptr<CaseRunner> current = runner();
  if (current != nullptr) RenewLease(*current);
  last_heard_ns_.store(clock_.MonotonicNs(), std::memory_order_relaxed);
  switch (request.message_case()) {
    case v1::ControlRequest::kPing: {
      v1::ControlResponse response;
      *response.mutable_pong() = MakePong(request.ping(), clock_);
      control_out_.Push(std::move(response));
      return absl::OkStatus();
    }
    case v1::ControlRequest::kProbe:
      return Probe(request.probe());
    case v1::ControlRequest::kPrepare:
      return Prepare(request.prepare());
    case v1::ControlRequest::kStart:
      if (const auto target = RunnerOf(request.start().case_index()); target != nullptr) {
        target->StartAt(request.start().start_at_agent_ns());
        watch_.Started(target->agent_case().case_index,
                       request.start().start_at_agent_ns() - clock_.MonotonicNs());
      }
      return absl::OkStatus();
    case v1::ControlRequest::kRecall:
      Recall(request.recall().count());
      return absl::OkStatus();
    case v1::ControlRequest::kFinishCase:
      if (const auto target = RunnerOf(request.finish_case().case_index()); target != nullptr) {
        target->NoMoreWork();
      }
      return absl::OkStatus();
    case v1::ControlRequest::kStop:
      Stop(request.stop());
      return absl::OkStatus();
    case v1::ControlRequest::kResize:
    case v1::ControlRequest::kEndRun:
    case v1::ControlRequest::kHello:
    case v1::ControlRequest::MESSAGE_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError(
      "the controller sent a control message that this agent does not "
      "know; update the agent or the controller");
}

std::shared_ptr<CaseRunner> AgentSession::RunnerOf(uint32_t case_index) const {
  std::shared_ptr<CaseRunner> current = runner();
  const bool same =
      current != nullptr && current->agent_case().case_index == static_cast<int32_t>(case_index);
  return same ? current : nullptr;
}

void AgentSession::Stop(const v1::Stop& stop) {
  const std::shared_ptr<CaseRunner> target = RunnerOf(stop.case_index());
  if (target == nullptr) return;
  absl::MutexLock lock(&mutex_);
  stop_asked_ = true;
  target->Stop(stop.mode() == v1::Stop::MODE_DRAIN ? LoadMode::kDrain : LoadMode::kCancel);
}

absl::Status AgentSession::Prepare(const v1::Prepare& prepare) {
  if (probes_.running()) {
    return absl::FailedPreconditionError("the controller sent Prepare while a probe goes on");
  }
  {
    // A case that was rejected elsewhere is being stopped here; that takes a moment.
    absl::MutexLock lock(&mutex_);
    const auto idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return runner_ == nullptr; };
    if (!mutex_.AwaitWithTimeout(absl::Condition(&idle),
                                 stop_asked_ ? kStopTimeout : absl::ZeroDuration())) {
      return absl::FailedPreconditionError("the controller sent Prepare while a case is running");
    }
  }
  ASSIGN_OR_RETURN(AgentCase agent_case, FromProto(prepare.case_spec()));
  v1::ControlResponse response;
  v1::Ready* ready = response.mutable_ready();
  ready->set_case_index(agent_case.case_index);
  const int32_t case_index = agent_case.case_index;
  absl::StatusOr<std::unique_ptr<CaseRunner>> made =
      CaseRunner::Create(std::move(agent_case), options_.load_threads, options_.max_queued_work,
                         &options_.policy, &clock_);
  if (made.ok()) {
    std::shared_ptr<CaseRunner> runner = *std::move(made);
    ready->set_engine_address(runner->engine_address());
    RenewLease(*runner);
    watch_.Prepared(*runner);
    absl::MutexLock lock(&mutex_);
    ready->set_error(draining_);
    received_ = 0;
    stop_asked_ = false;
    gave_up_.clear();
    last_progress_ = v1::Progress();
    last_progress_ns_ = 0;
    cpu_seconds_at_prepare_ = ProcessCpuSeconds();
    if (draining_.empty()) runner_ = std::move(runner);
  } else {
    ready->set_error(std::string(made.status().message()));
  }
  if (!ready->error().empty()) watch_.Rejected(case_index, ready->error());
  control_out_.Push(std::move(response));
  return absl::OkStatus();
}

void AgentSession::Recall(uint64_t count) {
  const std::shared_ptr<CaseRunner> current = runner();
  v1::ControlResponse response;
  v1::Recalled* recalled = response.mutable_recalled();
  // Under the lock, so that the answer never comes after the case's CaseDone.
  absl::MutexLock lock(&mutex_);
  if (current != nullptr) {
    for (const auto& request : current->TakeBack(count)) {
      recalled->add_request_indices(request->request_index);
    }
  }
  control_out_.Push(std::move(response));
}

absl::Status AgentSession::AttachData(DataOutbox* out, std::function<void()> cancel) {
  absl::MutexLock lock(&mutex_);
  if (closing_) return absl::CancelledError("the run is over");
  RETURN_IF_ERROR(outlet_.Attach(out));
  cancel_data_ = std::move(cancel);
  return absl::OkStatus();
}

void AgentSession::DetachData() {
  absl::MutexLock lock(&mutex_);
  outlet_.Detach();
  cancel_data_ = nullptr;
}

absl::Status AgentSession::OnData(const v1::DataRequest& request) {
  switch (request.message_case()) {
    case v1::DataRequest::kItems:
      return intake_.Add(request.items());
    case v1::DataRequest::kDropItems:
      return intake_.Drop(request.drop_items());
    case v1::DataRequest::kWork:
      return AddWork(request.work());
    case v1::DataRequest::kRecordAck:
      outlet_.Acknowledge(request.record_ack().sequence());
      return absl::OkStatus();
    case v1::DataRequest::kAttach:
    case v1::DataRequest::MESSAGE_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError(
      "the controller sent a data message that this agent does not "
      "know; update the agent or the controller");
}

absl::Status AgentSession::AddWork(const v1::Work& work) {
  const std::shared_ptr<CaseRunner> current = RunnerOf(work.case_index());
  // The case ended here while its work was on the way: the controller knows, and nothing is sent.
  if (current == nullptr) return absl::OkStatus();
  RETURN_IF_ERROR(intake_.Queue(work, *current));
  absl::MutexLock lock(&mutex_);
  if (runner_ == current) received_ += work.entries_size();
  return absl::OkStatus();
}

void AgentSession::Monitor() {
  GiveWay();
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithTimeout(absl::Condition(&closing_), kMonitorPeriod);
      if (closing_) return;
    }
    MonitorOnce();
  }
}

void AgentSession::MonitorOnce() {
  const int64_t now_ns = clock_.MonotonicNs();
  CheckProbeLease(now_ns);
  const std::shared_ptr<CaseRunner> current = runner();
  TellWatch(now_ns, current.get());
  if (current == nullptr) return;
  // Looked at before the records are collected: what ended by now is collected for certain.
  const bool ended = current->ended();
  CollectRecords(*current, now_ns);
  SendProgress(*current, now_ns);
  if (ended) FinishCase(*current);
}

void AgentSession::CollectRecords(CaseRunner& runner, int64_t now_ns) {
  const int32_t case_index = runner.agent_case().case_index;
  runner.DrainRecords(
      [this, case_index](RequestRecord& record) { Collect(case_index, std::move(record)); });
  if (now_ns - last_flush_ns_ >= kFlushIntervalNs) {
    last_flush_ns_ = now_ns;
    outlet_.Flush();
  }
  if (outlet_.unacknowledged_bytes() > options_.max_unacknowledged_bytes) {
    gave_up_ = "the controller did not take the records, and this agent's memory for them is full";
    runner.Stop(LoadMode::kCancel);
  }
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
  const bool news = progress.finished() != last_progress_.finished() ||
                    progress.received() != last_progress_.received();
  const bool urgent = news && !runner.agent_case().open_loop &&
                      progress.queued() <= static_cast<uint64_t>(runner.agent_case().concurrency);
  if (!urgent && now_ns - last_progress_ns_ < kProgressIntervalNs) return;
  last_progress_ = progress;
  last_progress_ns_ = now_ns;
  control_out_.Push(std::move(response));
}

void AgentSession::FinishCase(CaseRunner& runner) {
  CaseEnd end{.cpu_seconds = ProcessCpuSeconds() - cpu_seconds_at_prepare_};
  const LoopFacts facts = runner.JoinAndCollect();
  {
    absl::MutexLock lock(&mutex_);
    // Work that no slot took before the case was stopped.
    const int32_t case_index = runner.agent_case().case_index;
    const auto left = runner.TakeBack(static_cast<uint64_t>(options_.max_queued_work));
    for (const auto& request : left) Collect(case_index, NotSentRecord(*request));
    outlet_.Flush();
    end.last_sequence = outlet_.last_sequence();
    end.gave_up = WhyGaveUp(runner, !left.empty());
    v1::ControlResponse response;
    *response.mutable_case_done() = MakeCaseDone(runner, facts, end);
    control_out_.Push(std::move(response));
    runner_ = nullptr;
  }
  watch_.Ended(runner, facts, end.gave_up);
}

}  // namespace monsoon
