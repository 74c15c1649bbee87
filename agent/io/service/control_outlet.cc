#include "agent/io/service/control_outlet.h"

#include <algorithm>
#include <utility>

namespace monsoon {

bool ControlOutlet::Attach(ControlOutbox* out, uint64_t received, v1::ControlResponse welcome) {
  absl::MutexLock lock(&mutex_);
  if (!kept_.Acknowledge(received)) return false;
  out_ = out;
  out_->Push(std::move(welcome));
  kept_.ForEachKept([out](const v1::ControlResponse& message) { out->Push(message); });
  return true;
}

void ControlOutlet::Detach() {
  absl::MutexLock lock(&mutex_);
  out_ = nullptr;
}

void ControlOutlet::SendNumbered(v1::ControlResponse message) {
  absl::MutexLock lock(&mutex_);
  const v1::ControlResponse& kept = kept_.Add(std::move(message));
  if (out_ != nullptr) out_->Push(kept);
}

void ControlOutlet::Send(v1::ControlResponse message) {
  absl::MutexLock lock(&mutex_);
  if (out_ != nullptr) out_->Push(std::move(message));
}

bool ControlOutlet::Acknowledge(uint64_t received) {
  absl::MutexLock lock(&mutex_);
  return kept_.Acknowledge(received);
}

size_t ControlOutlet::waiting() const {
  absl::MutexLock lock(&mutex_);
  return std::max(kept_.kept(), out_ == nullptr ? 0 : out_->size());
}

}  // namespace monsoon
