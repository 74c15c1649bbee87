// Wake-ups, timers and sockets of one poller.
#include "agent/io/http/poller.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>
#include <utility>

#include "common/time/steady_clock.h"

namespace monsoon {
namespace {

class PollerTest : public ::testing::Test {
 protected:
  int64_t Now() const { return clock_.MonotonicNs(); }

  SteadyClock clock_;
  Poller poller_ = Poller::Create().value();
};

TEST_F(PollerTest, HasNothingToSayAtFirst) { EXPECT_FALSE(poller_.Wait(false).any()); }

TEST_F(PollerTest, WakesOnceHoweverOftenItWasWoken) {
  poller_.Wake();
  poller_.Wake();
  const Poller::Ready ready = poller_.Wait(true);
  EXPECT_TRUE(ready.woken);
  EXPECT_FALSE(ready.timer || ready.tick || !ready.sockets.empty());
  EXPECT_FALSE(poller_.Wait(false).any());
}

TEST_F(PollerTest, AnotherThreadEndsTheWait) {
  std::thread other([this] { poller_.Wake(); });
  EXPECT_TRUE(poller_.Wait(true).woken);
  other.join();
}

TEST_F(PollerTest, ATimerThatIsDueAlreadyFiresAtOnce) {
  for (const int64_t due_ns : {Now() - kNsPerS, int64_t{1}, int64_t{0}, int64_t{-5}}) {
    poller_.ArmTimer(due_ns);
    const Poller::Ready ready = poller_.Wait(true);
    EXPECT_TRUE(ready.timer) << due_ns;
    EXPECT_FALSE(poller_.Wait(false).any()) << "fires once";
  }
}

TEST_F(PollerTest, ATimerIsNeverEarlyAndALaterCallReplacesIt) {
  const int64_t due_ns = Now() + 5 * kNsPerMs;
  poller_.ArmTimer(Now() + 3600 * kNsPerS);
  poller_.ArmTimer(due_ns);
  EXPECT_TRUE(poller_.Wait(true).timer);
  EXPECT_GE(Now(), due_ns);
}

TEST_F(PollerTest, TheTickComesAgainAndSaysWhenItWasDue) {
  const int64_t first_ns = Now() + 2 * kNsPerMs;
  poller_.ArmTick(first_ns, 2 * kNsPerMs);
  for (int i = 0; i < 3; ++i) {
    const Poller::Ready ready = poller_.Wait(true);
    EXPECT_TRUE(ready.tick);
    EXPECT_LE(ready.tick_due_ns, Now());
    EXPECT_EQ((ready.tick_due_ns - first_ns) % (2 * kNsPerMs), 0);
  }
  EXPECT_GE(Now() - first_ns, 4 * kNsPerMs);
}

TEST_F(PollerTest, MissedTicksAreOneWhoseDueTimeIsTheFirst) {
  const int64_t first_ns = Now() + kNsPerMs;
  poller_.ArmTick(first_ns, kNsPerMs);
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(poller_.Wait(true).tick_due_ns, first_ns);
  EXPECT_GE(poller_.Wait(true).tick_due_ns, first_ns + 9 * kNsPerMs);
}

class CountingHandler final : public SocketHandler {
 public:
  void OnReady(uint32_t events) override { events_ = events; }
  uint32_t events_ = 0;
};

TEST_F(PollerTest, SocketsAreLevelTriggeredUntilUnwatched) {
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  const UniqueFd here(pair[0]);
  const UniqueFd there(pair[1]);
  CountingHandler handler;
  poller_.Watch(here.get(), EPOLLIN, &handler);
  EXPECT_FALSE(poller_.Wait(false).any());
  ASSERT_EQ(write(there.get(), "x", 1), 1);
  for (int i = 0; i < 2; ++i) {
    const Poller::Ready ready = poller_.Wait(true);
    ASSERT_EQ(ready.sockets.size(), 1u);
    EXPECT_TRUE(ready.complete);
    static_cast<SocketHandler*>(ready.sockets[0].data.ptr)->OnReady(ready.sockets[0].events);
    EXPECT_NE(handler.events_ & EPOLLIN, 0u);
  }
  poller_.Watch(here.get(), EPOLLOUT, &handler);
  EXPECT_EQ(poller_.Wait(true).sockets[0].events, static_cast<uint32_t>(EPOLLOUT));
  poller_.Unwatch(here.get());
  EXPECT_FALSE(poller_.Wait(false).any());
}

TEST_F(PollerTest, MovesWithItsDescriptors) {
  poller_.Wake();
  Poller moved = std::move(poller_);
  EXPECT_TRUE(moved.Wait(true).woken);
}

}  // namespace
}  // namespace monsoon
