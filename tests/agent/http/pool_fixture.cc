#include "tests/agent/http/pool_fixture.h"

#include <unistd.h>

#include <utility>

namespace monsoon {

void PoolTest::MakePool(int64_t base, int64_t spares) {
  if (agent_case_.engine.url.empty()) agent_case_.engine.url = "http://" + server_.address() + "/";
  auto poller = Poller::Create();
  ASSERT_TRUE(poller.ok()) << poller.status();
  poller_ = std::make_unique<Poller>(*std::move(poller));
  dial_context_ = {
      .agent_case = &agent_case_, .policy = &policy_, .clock = &clock_, .poller = poller_.get()};
  pool_ = std::make_unique<ConnectionPool>(&dial_context_, PoolPlan(base, spares));
  ASSERT_TRUE(pool_->Init().ok());
}

void PoolTest::TurnUntil(const std::function<bool()>& done) {
  const SteadyClock real;
  const int64_t deadline_ns = real.MonotonicNs() + 10 * kNsPerS;
  while (!done()) {
    ASSERT_LT(real.MonotonicNs(), deadline_ns) << "still waiting";
    const Poller::Ready ready = poller_->Wait(false);
    for (const epoll_event& event : ready.sockets) {
      static_cast<SocketHandler*>(event.data.ptr)->OnReady(event.events);
    }
    pool_->Tick(clock_.MonotonicNs());
    pool_->Bury();
    if (!ready.any()) usleep(200);
  }
}

void PoolTest::AwaitConnections(size_t count) {
  TurnUntil([&] { return server_.Accept() >= count; });
}

}  // namespace monsoon
