#include "agent/io/service/probe_thread.h"

#include <utility>

#include "agent/io/http/probe.h"

namespace monsoon {

ProbeThread::~ProbeThread() { Close(); }

void ProbeThread::Close() {
  absl::MutexLock lock(&mutex_);
  closed_ = true;
  BreakOff();
  if (thread_.joinable()) thread_.join();
}

absl::Status ProbeThread::Start(ProbeOrder order) {
  absl::MutexLock lock(&mutex_);
  if (closed_) return absl::CancelledError("the run is over");
  if (running()) {
    return absl::FailedPreconditionError("the controller sent Probe while another one goes on");
  }
  if (thread_.joinable()) thread_.join();
  cancelled_.store(false, std::memory_order_release);
  running_.store(true, std::memory_order_release);
  thread_ = std::thread([this, order = std::move(order)] {
    const ProbeResult result = RunProbe(order, policy_, clock_, cancelled_);
    // Before the word is out that it is over, for the next order may follow at once.
    running_.store(false, std::memory_order_release);
    tell_(result);
  });
  return absl::OkStatus();
}

}  // namespace monsoon
