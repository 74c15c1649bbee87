#include "agent/io/service/grpc_log.h"

#include <grpc/support/log.h>

#include <cstdlib>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace monsoon {
namespace {

struct Listener {
  absl::Mutex mutex;
  GrpcLog::Tell tell ABSL_GUARDED_BY(mutex);
};

// Never destroyed: gRPC's threads may outlive every object of the program's.
Listener& TheListener() {
  static auto& listener = *new Listener;
  return listener;
}

void Hear(gpr_log_func_args* said) {
  Listener& listener = TheListener();
  absl::MutexLock lock(&listener.mutex);
  if (listener.tell) listener.tell(said->message);
}

void Replace(GrpcLog::Tell tell) {
  Listener& listener = TheListener();
  absl::MutexLock lock(&listener.mutex);
  listener.tell = std::move(tell);
}

}  // namespace

GrpcLog::GrpcLog(Tell tell) {
  Replace(std::move(tell));
  if (std::getenv("GRPC_VERBOSITY") == nullptr) gpr_set_log_function(&Hear);
}

GrpcLog::~GrpcLog() { Replace(nullptr); }

}  // namespace monsoon
