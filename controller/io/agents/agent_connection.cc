#include "controller/io/agents/agent_connection.h"

#include <utility>

#include "absl/synchronization/notification.h"

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

// How long the agent gets to end its side of a stream that this side has ended.
constexpr absl::Duration kCloseTimeout = absl::Seconds(2);
// How long one stream may go on after the other has ended: an agent that ends a run breaks Data off
// and says why on Control.
constexpr absl::Duration kGrace = absl::Milliseconds(300);

template <typename Queue, typename Stream>
void WriteAll(Queue& queue, Stream& stream) {
  while (const auto message = queue.Pop()) {
    if (!stream.Write(**message)) return;  // the reader learns why
  }
  stream.WritesDone();
}

}  // namespace

AgentConnection::AgentConnection(AgentTarget target, const std::shared_ptr<grpc::Channel>& control,
                                 const std::shared_ptr<grpc::Channel>& data,
                                 const std::atomic<bool>* stop, const DialPatience& patience)
    : target_(std::move(target)),
      stop_(stop),
      patience_(patience),
      control_stub_(v1::AgentService::NewStub(control)),
      data_stub_(v1::AgentService::NewStub(data)) {}

AgentConnection::~AgentConnection() {
  Cancel();
  Join();
}

absl::StatusOr<v1::ControlResponse> AgentConnection::Hello(const v1::Hello& hello) {
  control_ = control_stub_->Control(&control_context_);
  return ExchangeHello(target_, hello, &control_context_, control_.get(), stop_, patience_);
}

absl::StatusOr<uint64_t> AgentConnection::Attach(const v1::Attach& attach) {
  data_ = data_stub_->Data(&data_context_);
  v1::DataRequest request;
  *request.mutable_attach() = attach;
  absl::Notification answered;
  std::thread watchdog([&] {
    const absl::Duration timeout = absl::Nanoseconds(patience_.answer_ns);
    if (!answered.WaitForNotificationWithTimeout(timeout)) data_context_.TryCancel();
  });
  v1::DataResponse response;
  const bool spoke = data_->Write(request) && data_->Read(&response);
  answered.Notify();
  watchdog.join();
  if (spoke && response.has_attached()) return response.attached().received_data();
  if (spoke) data_context_.TryCancel();
  return absl::UnavailableError(StrCat(
      "agent ", target_.name, " did not accept the data stream: ", StreamEndText(data_->Finish())));
}

void AgentConnection::Start(ControlSink on_control, DataSink on_data) {
  threads_.emplace_back([this] { WriteAll(control_out_, *control_); });
  threads_.emplace_back([this] { WriteAll(data_out_, *data_); });
  threads_.emplace_back([this, take = std::move(on_control)] {
    v1::ControlResponse response;
    while (control_->Read(&response)) take(response);
    EndReading(*control_, &AgentConnection::control_reading_);
  });
  threads_.emplace_back([this, take = std::move(on_data)] {
    v1::DataResponse response;
    while (data_->Read(&response)) take(response);
    EndReading(*data_, &AgentConnection::data_reading_);
  });
}

template <typename Stream>
void AgentConnection::EndReading(Stream& stream, Reading AgentConnection::*which) {
  {
    absl::MutexLock lock(&mutex_);
    (this->*which).over = true;
  }
  const grpc::Status status = stream.Finish();
  absl::MutexLock lock(&mutex_);
  (this->*which).ended = true;
  if (!cancelled_) (this->*which).reason = StreamEndText(status);
}

void AgentConnection::Cancel() {
  {
    absl::MutexLock lock(&mutex_);
    cancelled_ = true;
  }
  control_context_.TryCancel();
  data_context_.TryCancel();
}

void AgentConnection::BreakOff(const std::string& reason) {
  {
    absl::MutexLock lock(&mutex_);
    if (break_reason_.empty() && !cancelled_) break_reason_ = reason;
  }
  Cancel();
}

void AgentConnection::AskToClose() {
  absl::MutexLock lock(&mutex_);
  close_asked_ = true;
}

void AgentConnection::AwaitEnd() {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &AgentConnection::AnyOver));
  mutex_.AwaitWithTimeout(absl::Condition(this, &AgentConnection::BothEnded), kGrace);
}

void AgentConnection::CloseGently(const ControlMessage& last) {
  data_out_.Close();
  {
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&data_reading_.ended), kCloseTimeout);
  }
  if (last != nullptr) control_out_.Push(last);
  control_out_.Close();
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&control_reading_.ended), kCloseTimeout);
}

std::string AgentConnection::Join() {
  Cancel();
  control_out_.Close();
  data_out_.Close();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  absl::MutexLock lock(&mutex_);
  if (!break_reason_.empty()) return break_reason_;
  if (!control_reading_.reason.empty()) return control_reading_.reason;
  return data_reading_.reason.empty() ? "the connection was broken off" : data_reading_.reason;
}

}  // namespace monsoon
