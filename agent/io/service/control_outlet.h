// ControlOutlet: what an agent says on Control. Numbered messages are kept until the controller has
// them, and are said again on the next stream when one breaks; the others (Pong, Progress) are for
// the present stream only.
//
// Thread-safe. No method waits for the network: messages go into the stream's outbox.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "common/concurrency/blocking_queue.h"
#include "common/session/resend_queue.h"
#include "monsoon/v1/agent.pb.h"

namespace monsoon {

using ControlOutbox = BlockingQueue<v1::ControlResponse>;

class ControlOutlet {
 public:
  // From now on messages go to `out`, which lives until Detach(): first `welcome`, then again what
  // the controller has not received, which has everything up to `received`. False when it claims
  // more than was ever said; then nothing has changed.
  bool Attach(ControlOutbox* out, uint64_t received, v1::ControlResponse welcome);
  void Detach();

  void SendNumbered(v1::ControlResponse message);
  void Send(v1::ControlResponse message);
  // As in Attach().
  bool Acknowledge(uint64_t received);
  // Messages that the controller has not taken yet, as far as is known.
  size_t waiting() const;

 private:
  mutable absl::Mutex mutex_;
  ResendQueue<v1::ControlResponse> kept_ ABSL_GUARDED_BY(mutex_);
  ControlOutbox* out_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace monsoon
