#include "controller/io/run/agent_rejoiner.h"

#include <utility>

namespace monsoon {
namespace {

constexpr absl::Duration kInterval = absl::Seconds(1);

}  // namespace

AgentRejoiner::~AgentRejoiner() {
  stop_ = true;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
}

void AgentRejoiner::Await(const AgentTarget& target, LinkOptions options) {
  options.stop = &stop_;
  threads_.emplace_back([this, target, options = std::move(options)] { Try(target, options); });
}

void AgentRejoiner::Try(const AgentTarget& target, const LinkOptions& options) {
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), kInterval)) return;
    }
    absl::StatusOr<std::unique_ptr<GrpcAgentLink>> link = GrpcAgentLink::Connect(target, options);
    if (!link.ok()) continue;
    absl::MutexLock lock(&mutex_);
    rejoined_.push_back({options.index, *std::move(link)});
    return;
  }
}

std::optional<AgentRejoiner::Rejoined> AgentRejoiner::Take() {
  absl::MutexLock lock(&mutex_);
  if (rejoined_.empty()) return std::nullopt;
  std::optional<Rejoined> first(std::move(rejoined_.front()));
  rejoined_.erase(rejoined_.begin());
  return first;
}

}  // namespace monsoon
