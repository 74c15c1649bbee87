#include "agent/io/service/agent_session.h"

#include <algorithm>
#include <utility>

#include "agent/io/service/messages.h"
#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

// Answers on Control that the controller has not taken: those of many minutes.
constexpr size_t kMaxUnheard = 20'000;
// For the thread of a stream that is being replaced to leave.
constexpr absl::Duration kReplaceTimeout = absl::Seconds(5);

absl::Status UnknownMessage(const char* stream) {
  return absl::InvalidArgumentError(
      StrCat("the controller sent a ", stream,
             " message that this agent does not know; update the agent or the controller"));
}

absl::Status MissingNumbers(const char* stream, uint64_t number, uint64_t highest) {
  return absl::DataLossError(StrCat("message ", number, " on ", stream, " came after ", highest,
                                    "; the stream must be opened again"));
}

}  // namespace

AgentSession::AgentSession(const AgentOptions* options, const Clock* clock, SpoolStore* spools,
                           std::string run_id, uint64_t epoch, int64_t lease_ns)
    : options_(*options),
      clock_(*clock),
      run_id_(std::move(run_id)),
      epoch_(epoch),
      lease_ns_(lease_ns),
      lease_until_ns_(clock->MonotonicNs() + lease_ns),
      heard_ns_(clock->MonotonicNs()),
      intake_(run_id_, options->item_cache_bytes),
      outlet_(options->spool_memory_bytes, spools->Make({.run_id = run_id_,
                                                         .instance_id = options->instance_id,
                                                         .epoch = epoch,
                                                         .hostname = options->hostname})),
      probes_(&options->policy, clock, [this](const ProbeResult& result) { TellProbed(result); }),
      watch_(options->observer, run_id_),
      preparer_([this] { PrepareCases(); }),
      monitor_([this] { Monitor(); }) {}

AgentSession::~AgentSession() {
  Close("the run is over");
  preparer_.join();
  monitor_.join();
}

bool AgentSession::has_control() const {
  absl::MutexLock lock(&mutex_);
  return control_link_.attached;
}

bool AgentSession::over() const {
  absl::MutexLock lock(&mutex_);
  return over_;
}

void AgentSession::Close(const std::string& why) {
  absl::MutexLock lock(&mutex_);
  if (!closing_) close_reason_ = why;
  closing_ = true;
  mutex_.Await(absl::Condition(&over_));
}

void AgentSession::BreakStreams() {
  absl::MutexLock lock(&mutex_);
  if (control_link_.cancel) control_link_.cancel();
  if (data_link_.cancel) data_link_.cancel();
}

absl::Status AgentSession::Replace(Link& link, std::function<void()> cancel) {
  if (link.cancel) link.cancel();
  const auto gone = [&link] { return !link.attached; };
  if (!mutex_.AwaitWithTimeout(absl::Condition(&gone), kReplaceTimeout)) {
    return absl::AbortedError("the stream before this one has not ended yet; try again");
  }
  if (closing_) return absl::CancelledError("the run is over");
  link = {.attached = true, .cancel = std::move(cancel)};
  return absl::OkStatus();
}

absl::Status AgentSession::AttachControl(ControlOutbox* out, std::function<void()> cancel,
                                         uint64_t received, v1::Welcome welcome) {
  absl::MutexLock lock(&mutex_);
  RETURN_IF_ERROR(Replace(control_link_, std::move(cancel)));
  heard_ns_.store(clock_.MonotonicNs(), std::memory_order_relaxed);
  welcome.set_received_control(control_numbers_.highest());
  v1::ControlResponse response;
  *response.mutable_welcome() = std::move(welcome);
  if (control_.Attach(out, received, std::move(response))) return absl::OkStatus();
  control_link_ = Link();
  return absl::InvalidArgumentError(
      "the controller has messages of this session that were never sent; it mixes sessions up");
}

void AgentSession::DetachControl() {
  control_.Detach();
  absl::MutexLock lock(&mutex_);
  control_link_ = Link();
}

absl::StatusOr<AgentSession::DataPass> AgentSession::AttachData(std::function<void()> cancel) {
  absl::MutexLock lock(&mutex_);
  RETURN_IF_ERROR(Replace(data_link_, std::move(cancel)));
  return DataPass{.pass = outlet_.Attach(), .received = data_numbers_.highest()};
}

void AgentSession::DetachData(uint64_t pass) {
  outlet_.Detach(pass);
  absl::MutexLock lock(&mutex_);
  data_link_ = Link();
}

absl::Status AgentSession::OnControl(const v1::ControlRequest& request) {
  heard_ns_.store(clock_.MonotonicNs(), std::memory_order_relaxed);
  switch (control_numbers_.Take(request.number())) {
    case ReceivedNumbers::Verdict::kNew:
      if (control_.waiting() > kMaxUnheard) {
        return absl::ResourceExhaustedError(
            "the controller speaks on Control and does not listen there, and this agent keeps no "
            "more answers for it; look at what holds the controller up");
      }
      return Obey(request);
    case ReceivedNumbers::Verdict::kRepeated:
      return absl::OkStatus();
    case ReceivedNumbers::Verdict::kGap:
      break;
  }
  return MissingNumbers("Control", request.number(), control_numbers_.highest());
}

absl::Status AgentSession::Obey(const v1::ControlRequest& request) {
  switch (request.message_case()) {
    case v1::ControlRequest::kPing:
      return OnPing(request.ping());
    case v1::ControlRequest::kProbe:
      return Probe(request.probe());
    case v1::ControlRequest::kPrepare:
      return Prepare(request.prepare());
    case v1::ControlRequest::kStart:
      if (const auto target = RunnerOf(request.start().case_index()); target != nullptr) {
        target->StartAt(request.start().start_at_agent_ns());
        watch_.Started(target->agent_case().case_index, target->start_ns() - clock_.MonotonicNs());
      }
      return absl::OkStatus();
    case v1::ControlRequest::kRecall:
      Recall(request.recall().count());
      return absl::OkStatus();
    case v1::ControlRequest::kResize:
      if (const auto target = RunnerOf(request.resize().case_index()); target != nullptr) {
        // More than there are descriptors anyway; what is computed from it stays in range.
        constexpr uint64_t kMost = uint64_t{1} << 40;
        return target->Resize(static_cast<int64_t>(std::min(request.resize().concurrency(), kMost)),
                              request.resize().rate_per_s());
      }
      return absl::OkStatus();
    case v1::ControlRequest::kFinishCase:
      if (const auto target = RunnerOf(request.finish_case().case_index()); target != nullptr) {
        target->NoMoreWork();
      }
      return absl::OkStatus();
    case v1::ControlRequest::kStop:
      Stop(request.stop());
      return absl::OkStatus();
    case v1::ControlRequest::kEndRun: {
      absl::MutexLock lock(&mutex_);
      ended_by_controller_ = true;
    }
      Close("the controller ended the run");
      return absl::OkStatus();
    case v1::ControlRequest::kHello:
    case v1::ControlRequest::MESSAGE_NOT_SET:
      break;
  }
  return UnknownMessage("Control");
}

absl::Status AgentSession::OnPing(const v1::Ping& ping) {
  v1::ControlResponse response;
  v1::Pong* pong = response.mutable_pong();
  *pong = MakePong(ping, clock_);
  pong->set_received_control(control_numbers_.highest());
  pong->set_received_data(received_data_.load(std::memory_order_relaxed));
  // Never more than the whole lease from now, whatever the controller computes.
  const int64_t now_ns = pong->received_agent_ns();
  const int64_t longest_ns = now_ns + lease_ns_;
  const int64_t until_ns = ping.lease_until_agent_ns() == 0
                               ? longest_ns
                               : std::min<int64_t>(ping.lease_until_agent_ns(), longest_ns);
  lease_until_ns_.store(std::max(until_ns, lease_until_ns()), std::memory_order_release);
  if (const auto current = runner(); current != nullptr) {
    current->RenewLease(now_ns, lease_until_ns());
  }
  control_.Send(std::move(response));
  if (control_.Acknowledge(ping.received_control())) return absl::OkStatus();
  return absl::InvalidArgumentError("the controller has messages that were never sent to it");
}

std::shared_ptr<CaseRunner> AgentSession::runner() const {
  absl::MutexLock lock(&mutex_);
  return runner_;
}

std::shared_ptr<CaseRunner> AgentSession::RunnerOf(uint32_t case_index) const {
  std::shared_ptr<CaseRunner> current = runner();
  const bool same =
      current != nullptr && current->agent_case().case_index == static_cast<int32_t>(case_index);
  return same ? current : nullptr;
}

void AgentSession::Stop(const v1::Stop& stop) {
  const LoadMode mode = stop.mode() == v1::Stop::MODE_DRAIN ? LoadMode::kDrain : LoadMode::kCancel;
  const auto index = static_cast<int32_t>(stop.case_index());
  absl::MutexLock lock(&mutex_);
  if (runner_ != nullptr && runner_->agent_case().case_index == index) {
    asked_ = std::max(asked_, mode);
    runner_->Stop(mode);
  }
  for (Unready& unready : unready_) {
    if (unready.agent_case.case_index == index) unready.mode = std::max(unready.mode, mode);
  }
}

void AgentSession::BreakOffCase(const std::string& why) {
  absl::MutexLock lock(&mutex_);
  if (runner_ == nullptr) return;
  if (gave_up_.empty()) gave_up_ = why;
  runner_->Stop(LoadMode::kCancel);
}

void AgentSession::Recall(uint64_t count) {
  v1::ControlResponse response;
  v1::Recalled* recalled = response.mutable_recalled();
  // Under the lock, so that the answer never comes after the case's CaseDone.
  absl::MutexLock lock(&mutex_);
  if (runner_ != nullptr) {
    for (const auto& request : runner_->TakeBack(count)) {
      recalled->add_request_indices(request->request_index);
    }
  }
  control_.SendNumbered(std::move(response));
}

absl::Status AgentSession::OnData(const v1::DataRequest& request) {
  switch (data_numbers_.Take(request.number())) {
    case ReceivedNumbers::Verdict::kNew:
      break;
    case ReceivedNumbers::Verdict::kRepeated:
      return absl::OkStatus();
    case ReceivedNumbers::Verdict::kGap:
      return MissingNumbers("Data", request.number(), data_numbers_.highest());
  }
  received_data_.store(data_numbers_.highest(), std::memory_order_relaxed);
  switch (request.message_case()) {
    case v1::DataRequest::kItems:
      return intake_.Add(request.items());
    case v1::DataRequest::kDropItems:
      return intake_.Drop(request.drop_items());
    case v1::DataRequest::kWork:
      return AddWork(request.work());
    case v1::DataRequest::kRecordAck:
      if (outlet_.Acknowledge(request.record_ack().sequence())) return absl::OkStatus();
      return absl::InvalidArgumentError(
          "the controller acknowledges records that were never sent to it; it mixes sessions up");
    case v1::DataRequest::kAttach:
    case v1::DataRequest::MESSAGE_NOT_SET:
      break;
  }
  return UnknownMessage("Data");
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

}  // namespace monsoon
