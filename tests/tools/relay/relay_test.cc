#include "tests/tools/relay/relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/tools/relay/relay_commands.h"

namespace monsoon {
namespace {

constexpr int64_t kMs = 1'000'000;

int64_t NowNs() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

int NewSocket() { return socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A client, the relay and a server, all in this thread.
class RelayTest : public ::testing::Test {
 protected:
  void SetUp() override {
    listener_ = NewSocket();
    sockaddr_in address = Loopback(0);
    socklen_t size = sizeof(address);
    ASSERT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    ASSERT_EQ(listen(listener_, 8), 0);
    ASSERT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    ASSERT_TRUE(relay_.Listen(0, "127.0.0.1", ntohs(address.sin_port)).ok());
  }
  void TearDown() override {
    for (const int fd : {listener_, client_, server_}) {
      if (fd >= 0) close(fd);
    }
  }

  void Connect() {
    client_ = NewSocket();
    const sockaddr_in address = Loopback(relay_.port());
    connect(client_, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    Until([this] { return (server_ = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK)) >= 0; });
    ASSERT_GE(server_, 0);
  }
  void Obey(const std::string& line) {
    const auto answer = ObeyRelayCommand(relay_, line, NowNs());
    ASSERT_TRUE(answer.ok()) << answer.status();
  }
  // Turns the relay until `condition`, for at most 5 s; false when it never came.
  template <typename Condition>
  bool Until(Condition condition, int64_t limit_ns = 5000 * kMs) {
    for (const int64_t end_ns = NowNs() + limit_ns; NowNs() < end_ns;) {
      if (condition()) return true;
      relay_.Turn(1);
    }
    return false;
  }
  // Reads what is there into `into`; the errno of an end by reset, 0 of an orderly one, -1: none.
  static int Drain(int fd, std::string& into) {
    char bytes[65536];
    while (true) {
      const ssize_t got = recv(fd, bytes, sizeof(bytes), 0);
      if (got == 0) return 0;
      if (got < 0) return errno == EAGAIN ? -1 : errno;
      into.append(bytes, static_cast<size_t>(got));
    }
  }
  int DrainToEnd(int fd, std::string& into) {
    int end = -1;
    Until([&] { return (end = Drain(fd, into)) != -1; });
    return end;
  }

  Relay relay_{7};
  int listener_ = -1;
  int client_ = -1;
  int server_ = -1;
};

std::string Pattern(size_t size) {
  std::string text(size, '\0');
  for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 131 + i / 251);
  return text;
}

TEST_F(RelayTest, ForwardsEveryByteInOrderUnderJitter) {
  Obey("delay both 3ms 3ms");
  Connect();
  const std::string sent = Pattern(3'000'000);
  std::string up;
  std::string down;
  size_t put_up = 0;
  size_t put_down = 0;
  EXPECT_TRUE(Until([&] {
    put_up += static_cast<size_t>(std::max<ssize_t>(
        send(client_, sent.data() + put_up, std::min<size_t>(sent.size() - put_up, 9973), 0), 0));
    put_down += static_cast<size_t>(
        std::max<ssize_t>(send(server_, sent.data() + put_down, sent.size() - put_down, 0), 0));
    Drain(server_, up);
    Drain(client_, down);
    return up.size() == sent.size() && down.size() == sent.size();
  }));
  EXPECT_TRUE(up == sent);
  EXPECT_TRUE(down == sent);
  EXPECT_EQ(*ObeyRelayCommand(relay_, "status", 0),
            "accepted=1 open=1 cuts=0 up=3000000 down=3000000");
}

TEST_F(RelayTest, DelaysOneDirectionOnly) {
  Obey("delay up 300ms 20ms");
  Connect();
  std::string got;
  const int64_t begin_ns = NowNs();
  ASSERT_EQ(send(client_, "x", 1, 0), 1);
  ASSERT_TRUE(Until([&] { return Drain(server_, got), !got.empty(); }));
  EXPECT_GE(NowNs() - begin_ns, 280 * kMs);
  const int64_t answer_ns = NowNs();
  ASSERT_EQ(send(server_, "y", 1, 0), 1);
  ASSERT_TRUE(Until([&] { return Drain(client_, got), got == "xy"; }));
  EXPECT_LT(NowNs() - answer_ns, 280 * kMs);
}

TEST_F(RelayTest, KeepsToItsRate) {
  Obey("rate down 1000000");
  Connect();
  const std::string sent = Pattern(100'000);
  const int64_t begin_ns = NowNs();
  ASSERT_EQ(send(server_, sent.data(), sent.size(), 0), static_cast<ssize_t>(sent.size()));
  std::string got;
  ASSERT_TRUE(Until([&] { return Drain(client_, got), got.size() == sent.size(); }));
  EXPECT_GE(NowNs() - begin_ns, 100 * kMs);
}

TEST_F(RelayTest, CutsAfterExactlySoManyBytes) {
  for (const char* how : {"fin", "rst"}) {
    Connect();
    Obey(std::string("cut up 1234 ") + how);
    const std::string sent = Pattern(5000);
    ASSERT_EQ(send(client_, sent.data(), sent.size(), 0), 5000);
    std::string up;
    std::string down;
    // A reset may overtake what the kernel holds; the counter of the relay is exact all the same.
    const int end = DrainToEnd(server_, up);
    EXPECT_NE(DrainToEnd(client_, down), -1);
    if (std::string(how) == "fin") {
      EXPECT_EQ(end, 0);
      EXPECT_EQ(up, sent.substr(0, 1234));
    } else {
      EXPECT_EQ(end, ECONNRESET);
    }
    close(std::exchange(client_, -1));
    close(std::exchange(server_, -1));
  }
  EXPECT_EQ(relay_.totals().bytes[0], 2 * 1234u);
  EXPECT_EQ(relay_.totals().cuts, 2);
}

TEST_F(RelayTest, ABlackholeTellsNobody) {
  Connect();
  Obey("cut up 10 blackhole");
  ASSERT_EQ(send(client_, Pattern(50).data(), 50, 0), 50);
  std::string up;
  EXPECT_TRUE(Until([&] { return Drain(server_, up), up.size() == 10; }));
  EXPECT_FALSE(Until([&] { return Drain(server_, up) != -1 || up.size() > 10; }, 50 * kMs));
  ASSERT_EQ(send(server_, "z", 1, 0), 1);
  std::string down;
  EXPECT_FALSE(Until([&] { return Drain(client_, down) != -1 || !down.empty(); }, 50 * kMs));
}

TEST_F(RelayTest, HoldsEverythingAndHeals) {
  Connect();
  Obey("hold");
  ASSERT_EQ(send(client_, "held", 4, 0), 4);
  shutdown(client_, SHUT_WR);
  std::string up;
  EXPECT_FALSE(Until([&] { return Drain(server_, up) != -1 || !up.empty(); }, 50 * kMs));
  Obey("heal");
  EXPECT_EQ(DrainToEnd(server_, up), 0);
  EXPECT_EQ(up, "held");
  // The other way is still open.
  ASSERT_EQ(send(server_, "back", 4, 0), 4);
  std::string down;
  EXPECT_TRUE(Until([&] { return Drain(client_, down), down == "back"; }));

  const int64_t begin_ns = NowNs();
  Obey("hold 60ms");
  ASSERT_EQ(send(server_, "!", 1, 0), 1);
  EXPECT_TRUE(Until([&] { return Drain(client_, down), down == "back!"; }));
  EXPECT_GE(NowNs() - begin_ns, 60 * kMs);
}

TEST_F(RelayTest, RefusesAndTakesAgain) {
  Obey("refuse on");
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(relay_.port());
  EXPECT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), -1);
  EXPECT_EQ(errno, ECONNREFUSED);
  close(fd);
  Obey("refuse off");
  Connect();
}

TEST_F(RelayTest, EndsAllAtOnce) {
  Connect();
  Obey("end rst");
  std::string got;
  EXPECT_EQ(DrainToEnd(client_, got), ECONNRESET);
  EXPECT_EQ(DrainToEnd(server_, got), ECONNRESET);
}

TEST_F(RelayTest, SaysWhatItExpected) {
  for (const char* line :
       {"", "delay", "delay up", "delay left 1ms", "delay up 5", "cut both 1 rst", "cut up -1 rst",
        "cut up 1 softly", "hold 1 2", "refuse", "heal now", "rate up fast", "burn"}) {
    EXPECT_FALSE(ObeyRelayCommand(relay_, line, 0).ok()) << line;
  }
}

}  // namespace
}  // namespace monsoon
