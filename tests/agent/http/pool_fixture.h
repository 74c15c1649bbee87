// What the tests of ConnectionPool and Exchange share: a scripted server, a pool that dials it, and
// the turns of a load thread's loop, without the loop.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/io/http/connection_pool.h"
#include "common/time/steady_clock.h"
#include "tests/agent/http/scripted_server.h"

namespace monsoon {

// The real clock, which a test may put forward.
class ShiftedClock final : public Clock {
 public:
  int64_t MonotonicNs() const override { return real_.MonotonicNs() + shift_ns_; }
  int64_t WallNs() const override { return real_.WallNs() + shift_ns_; }
  int64_t RawNs() const override { return real_.RawNs() + shift_ns_; }
  void Advance(int64_t ns) { shift_ns_ += ns; }

 private:
  SteadyClock real_;
  int64_t shift_ns_ = 0;
};

class PoolTest : public ::testing::Test {
 protected:
  // `base` connections ahead of need and at most `spares` more.
  void MakePool(int64_t base, int64_t spares);
  // Turns of the loop until `done`; fails the test after 10 s.
  void TurnUntil(const std::function<bool()>& done);
  // Turns until `count` connections were taken by the server.
  void AwaitConnections(size_t count);

  // Declared in the order in which they depend on each other.
  ShiftedClock clock_;
  ScriptedServer server_;
  AddressPolicy policy_;
  AgentCase agent_case_;
  std::unique_ptr<Poller> poller_;
  DialContext dial_context_;
  std::unique_ptr<ConnectionPool> pool_;
};

}  // namespace monsoon
