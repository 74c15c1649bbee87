// AgentRejoiner: waits for agents that were lost to be started again, and connects to them, on
// threads of its own; the run's thread takes what has been connected.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "controller/io/agents/grpc_agent_link.h"

namespace monsoon {

class AgentRejoiner {
 public:
  AgentRejoiner() = default;
  // Stops waiting.
  ~AgentRejoiner();
  AgentRejoiner(const AgentRejoiner&) = delete;
  AgentRejoiner& operator=(const AgentRejoiner&) = delete;

  // Tries to connect once a second, for as long as this object lives.
  void Await(const AgentTarget& target, LinkOptions options);

  struct Rejoined {
    size_t index;  // LinkOptions::index
    std::unique_ptr<GrpcAgentLink> link;
  };
  // One that has come meanwhile.
  std::optional<Rejoined> Take();

 private:
  void Try(const AgentTarget& target, const LinkOptions& options);

  std::atomic<bool> stop_{false};
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Rejoined> rejoined_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace monsoon
