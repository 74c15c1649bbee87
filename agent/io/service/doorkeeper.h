// Doorkeeper: who may call this agent, how often, and how long a caller may stand in the door.
//
// Every method of AgentService begins with Admit(). The standard health service on the same port
// does not: it tells nothing and commands nothing.
//
// Thread-safe.
#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <map>
#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "agent/core/net/controller_list.h"
#include "agent/core/net/token_bucket.h"
#include "common/time/clock.h"

namespace monsoon {

class Doorkeeper {
 public:
  static constexpr double kCallsPerSecond = 50;
  static constexpr double kCallsAtOnce = 200;
  // Streams that are not a run's: before their first message, or only looking.
  static constexpr int kMaxVisitors = 32;
  static constexpr int64_t kFirstMessageNs = 10 * kNsPerS;
  static constexpr int64_t kInspectionNs = 60 * kNsPerS;

  // Callers come over TLS and must be in `controllers`; nullptr: they come in plain text, and are
  // not asked. Both outlive the doorkeeper.
  Doorkeeper(const ControllerList* controllers, const Clock* clock);
  ~Doorkeeper();
  Doorkeeper(const Doorkeeper&) = delete;
  Doorkeeper& operator=(const Doorkeeper&) = delete;

  // A visitor's stream is broken off when its time is over.
  class Visit {
   public:
    Visit(Doorkeeper* keeper, grpc::ServerContext* context) : keeper_(keeper), context_(context) {}
    ~Visit() { End(); }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

    // From now on it may stay for so long.
    void Extend(int64_t limit_ns);
    // It has become the run's.
    void End();

   private:
    Doorkeeper* const keeper_;
    grpc::ServerContext* context_;  // nullptr: it ended
  };

  // OK and `visit`, for which the first message is now due; else the status to return:
  // PERMISSION_DENIED for a caller that is not listed, RESOURCE_EXHAUSTED for one too many.
  grpc::Status Admit(grpc::ServerContext* context, std::unique_ptr<Visit>* visit);

 private:
  grpc::Status CheckNames(const grpc::ServerContext& context) const;
  void Watch();
  void SetDeadline(grpc::ServerContext* context, int64_t limit_ns);
  void Forget(grpc::ServerContext* context);

  const ControllerList* const controllers_;
  const Clock& clock_;

  absl::Mutex mutex_;
  TokenBucket calls_ ABSL_GUARDED_BY(mutex_){kCallsPerSecond, kCallsAtOnce};
  std::map<grpc::ServerContext*, int64_t> deadlines_ ABSL_GUARDED_BY(mutex_);
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread watcher_;
};

}  // namespace monsoon
