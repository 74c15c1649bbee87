#include "agent/io/service/probe_thread.h"

#include <utility>

#include "agent/io/http/probe.h"

namespace monsoon {

ProbeThread::~ProbeThread() {
  Cancel();
  if (thread_.joinable()) thread_.join();
}

absl::Status ProbeThread::Start(ProbeOrder order) {
  if (running()) {
    return absl::FailedPreconditionError("the controller sent Probe while another one goes on");
  }
  if (thread_.joinable()) thread_.join();
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
