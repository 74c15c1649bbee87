// Against a real datagram socket, as systemd has one.
#include "agent/io/systemd/service_manager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

#include "common/base/str_cat.h"
#include "common/time/clock.h"
#include "common/time/steady_clock.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;

class ServiceManagerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    // An abstract address: nothing to clean up.
    const std::string name = StrCat("@monsoon-notify-", getpid());
    socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{.sun_family = AF_UNIX};
    std::memcpy(address.sun_path, name.data(), name.size());
    address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    ASSERT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), length), 0);
    setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }
  void TearDown() override {
    close(socket_);
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) unsetenv(name);
  }

  static void SetWatchdog(std::chrono::microseconds patience) {
    setenv("WATCHDOG_USEC", StrCat(patience.count()).c_str(), 1);
    setenv("WATCHDOG_PID", StrCat(getpid()).c_str(), 1);
  }

  // The next notification, or "" when none comes within the time.
  std::string Receive(std::chrono::milliseconds timeout) {
    const timeval limit{.tv_sec = timeout.count() / 1000, .tv_usec = timeout.count() % 1000 * 1000};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    char buffer[4096];
    const ssize_t count = recv(socket_, buffer, sizeof(buffer), 0);
    return count <= 0 ? "" : std::string(buffer, static_cast<size_t>(count));
  }

  // WATCHDOG=1 that come within the time.
  int CountPets(std::chrono::milliseconds time) {
    const SteadyClock clock;
    const int64_t end_ns = clock.MonotonicNs() + time.count() * kNsPerMs;
    int pets = 0;
    while (clock.MonotonicNs() < end_ns) {
      if (Receive(std::chrono::milliseconds(20)) == "WATCHDOG=1") ++pets;
    }
    return pets;
  }

  ServiceManagerHooks Hooks() {
    return {.status = [] { return std::string("idle"); },
            .alive =
                [this](int64_t max_age_ns) {
                  asked_age_ns_ = max_age_ns;
                  return alive_.load();
                }};
  }

  int socket_ = -1;
  std::atomic<bool> alive_{true};
  std::atomic<int64_t> asked_age_ns_{0};
};

TEST_F(ServiceManagerTest, TellsThatItIsReadyAndStopping) {
  ServiceManager manager(Hooks());
  EXPECT_EQ(Receive(std::chrono::milliseconds(50)), "") << "not before it listens";
  manager.Ready();
  EXPECT_EQ(Receive(std::chrono::seconds(5)), "READY=1\nSTATUS=idle");
  manager.Stopping(45 * kNsPerS);
  EXPECT_EQ(Receive(std::chrono::seconds(5)),
            "STOPPING=1\nEXTEND_TIMEOUT_USEC=45000000\nSTATUS=idle");
  EXPECT_EQ(CountPets(std::chrono::milliseconds(300)), 0) << "no watchdog was asked for";
}

TEST_F(ServiceManagerTest, TellsAStatusThatHasChangedInOneLine) {
  std::atomic<int> calls{0};
  ServiceManagerHooks hooks = Hooks();
  hooks.status = [&calls] { return StrCat("run\nforged=", calls++ == 0 ? 1 : 2); };
  ServiceManager manager(hooks);
  manager.Ready();
  EXPECT_EQ(Receive(std::chrono::seconds(5)), "READY=1\nSTATUS=run forged=1");
  EXPECT_EQ(Receive(std::chrono::seconds(5)), "STATUS=run forged=2");
  EXPECT_EQ(Receive(std::chrono::milliseconds(1500)), "") << "told again without news";
}

TEST_F(ServiceManagerTest, PetsTheWatchdogTwiceInItsTimeAndOnlyWhileAlive) {
  SetWatchdog(std::chrono::milliseconds(400));
  ServiceManager manager(Hooks());
  manager.Ready();
  Receive(std::chrono::seconds(5));
  EXPECT_GE(CountPets(std::chrono::milliseconds(2000)), 5);
  EXPECT_EQ(asked_age_ns_, 200 * kNsPerMs);
  alive_ = false;
  CountPets(std::chrono::milliseconds(100));  // what was under way
  EXPECT_EQ(CountPets(std::chrono::milliseconds(600)), 0) << "a service that hangs was petted";
  alive_ = true;
  EXPECT_GE(CountPets(std::chrono::milliseconds(1000)), 2);
}

TEST_F(ServiceManagerTest, AWatchdogOfAnotherProcessIsNotOurs) {
  SetWatchdog(std::chrono::milliseconds(100));
  setenv("WATCHDOG_PID", "1", 1);
  ServiceManager manager(Hooks());
  manager.Ready();
  Receive(std::chrono::seconds(5));
  EXPECT_EQ(CountPets(std::chrono::milliseconds(400)), 0);
}

TEST_F(ServiceManagerTest, WithoutSystemdNothingIsToldOrAsked) {
  unsetenv("NOTIFY_SOCKET");
  bool asked = false;
  ServiceManager manager({.status =
                              [&asked] {
                                asked = true;
                                return std::string();
                              },
                          .alive = [](int64_t) { return true; }});
  manager.Ready();
  manager.Stopping(1);
  EXPECT_FALSE(asked);
  EXPECT_EQ(Receive(std::chrono::milliseconds(50)), "");
}

}  // namespace
}  // namespace monsoon
