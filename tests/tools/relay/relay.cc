#include "tests/tools/relay/relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr int64_t kForEver = std::numeric_limits<int64_t>::max();
constexpr size_t kPieceBytes = 16 << 10;

int64_t NowNs() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

sockaddr_in AddressOf(const std::string& host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  return address;
}

void CloseSocket(int& fd, bool reset) {
  if (fd < 0) return;
  if (reset) {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  }
  close(fd);
  fd = -1;
}

void SendAtOnce(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

}  // namespace

Relay::~Relay() {
  for (Connection& connection : connections_) End(connection, EndHow::kRst);
  if (listener_ >= 0) close(listener_);
}

absl::Status Relay::Listen(int port, const std::string& target_host, int target_port) {
  in_addr unused{};
  if (inet_pton(AF_INET, target_host.c_str(), &unused) != 1) {
    return absl::InvalidArgumentError(StrCat("'", target_host, "' is not an IPv4 address"));
  }
  target_host_ = target_host;
  target_port_ = target_port;
  return OpenListener(port);
}

absl::Status Relay::OpenListener(int port) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address = AddressOf("127.0.0.1", port);
  socklen_t size = sizeof(address);
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener_, 128) != 0) {
    const std::string why = std::strerror(errno);
    CloseSocket(listener_, false);
    return absl::UnavailableError(StrCat("cannot listen on port ", port, ": ", why));
  }
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  return absl::OkStatus();
}

absl::Status Relay::Refuse(bool refuse) {
  if (refuse == (listener_ < 0)) return absl::OkStatus();
  if (!refuse) return OpenListener(port_);
  CloseSocket(listener_, false);
  return absl::OkStatus();
}

void Relay::CutAfter(Way way, uint64_t bytes, EndHow how, int connection) {
  cut_ = Cut{way, bytes, how, connection};
  for (Connection& each : connections_) {
    for (size_t i : {0, 1}) each.cut_base[i] = each.lanes[i].forwarded_bytes();
  }
}

void Relay::EndAll(EndHow how) {
  for (Connection& connection : connections_) End(connection, how);
}

void Relay::Hold(int64_t until_ns) { hold_until_ns_ = until_ns == 0 ? kForEver : until_ns; }

bool Relay::held(int64_t now_ns) {
  if (hold_until_ns_ && now_ns >= *hold_until_ns_) hold_until_ns_.reset();
  return hold_until_ns_.has_value();
}

Relay::Totals Relay::totals() const {
  Totals totals = past_;
  for (const Connection& connection : connections_) {
    if (!connection.closed) ++totals.open;
    for (size_t i : {0, 1}) totals.bytes[i] += connection.lanes[i].forwarded_bytes();
  }
  return totals;
}

void Relay::Accept() {
  while (true) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    SendAtOnce(fd);
    connections_.emplace_back();
    connections_.back().number = ++past_.accepted;
    connections_.back().fds[0] = fd;
  }
}

bool Relay::Dial(Connection& connection) {
  if (connection.dialled) return true;
  connection.dialled = true;
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const sockaddr_in address = AddressOf(target_host_, target_port_);
  connection.fds[1] = fd;
  SendAtOnce(fd);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 ||
      errno == EINPROGRESS) {
    return true;
  }
  End(connection, EndHow::kRst);
  return false;
}

void Relay::Read(Connection& connection, size_t way, int64_t now_ns) {
  Lane& lane = connection.lanes[way];
  while (lane.has_room()) {
    std::string piece(kPieceBytes, '\0');
    const ssize_t got = recv(connection.fds[way], piece.data(), piece.size(), 0);
    if (got > 0) {
      piece.resize(static_cast<size_t>(got));
      lane.Take(std::move(piece), now_ns, conditions_[way], random_);
      continue;
    }
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    return lane.TakeEnd(got == 0 ? EndHow::kFin : EndHow::kRst, now_ns, conditions_[way], random_);
  }
}

void Relay::Write(Connection& connection, size_t way, int64_t now_ns) {
  Lane& lane = connection.lanes[way];
  while (!connection.closed && !connection.dead) {
    const std::string_view ready = lane.Ready(now_ns);
    if (ready.empty()) break;
    if (!WriteOnce(connection, way, ready)) return;
  }
  if (connection.closed || connection.dead || connection.ends_told[way]) return;
  if (const auto end = lane.EndReady(now_ns)) TellEnd(connection, way, *end);
}

bool Relay::WriteOnce(Connection& connection, size_t way, std::string_view bytes) {
  Lane& lane = connection.lanes[way];
  const bool may_cut = cut_ && static_cast<size_t>(cut_->way) == way &&
                       (cut_->connection == 0 || cut_->connection == connection.number);
  if (may_cut) {
    const uint64_t since = lane.forwarded_bytes() - connection.cut_base[way];
    if (since >= cut_->bytes) {
      ++past_.cuts;
      End(connection, std::exchange(cut_, std::nullopt)->how);
      return false;
    }
    bytes = bytes.substr(0, cut_->bytes - since);
  }
  const ssize_t put = send(connection.fds[1 - way], bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (put < 0) {
    if (errno != EAGAIN && errno != EINTR && errno != ENOTCONN) End(connection, EndHow::kRst);
    return false;
  }
  lane.Forwarded(static_cast<size_t>(put));
  return true;
}

void Relay::TellEnd(Connection& connection, size_t way, EndHow how) {
  connection.ends_told[way] = true;
  if (how == EndHow::kRst || connection.ends_told[1 - way]) return End(connection, how);
  shutdown(connection.fds[1 - way], SHUT_WR);
}

void Relay::End(Connection& connection, EndHow how) {
  if (how == EndHow::kBlackhole) {
    connection.dead = true;
    return;
  }
  connection.closed = true;
  for (int& fd : connection.fds) CloseSocket(fd, how == EndHow::kRst);
}

int Relay::WaitMs(int timeout_ms, int64_t now_ns) const {
  int64_t until_ns = now_ns + timeout_ms * 1'000'000LL;
  if (hold_until_ns_) {
    until_ns = std::min(until_ns, *hold_until_ns_);
  } else {
    for (const Connection& connection : connections_) {
      if (connection.closed || connection.dead) continue;
      for (size_t way : {0, 1}) {
        const auto due_ns = connection.lanes[way].due_ns();
        // What is due already waits for the socket, not for the time.
        if (due_ns && *due_ns > now_ns) until_ns = std::min(until_ns, *due_ns);
      }
    }
  }
  return static_cast<int>((until_ns - now_ns + 999'999) / 1'000'000);
}

bool Relay::Turn(int timeout_ms, int extra_fd) {
  int64_t now_ns = NowNs();
  bool is_held = held(now_ns);
  std::vector<pollfd> waiting = {{extra_fd, POLLIN, 0}, {listener_, POLLIN, 0}};
  for (Connection& connection : connections_) {
    const bool idle = is_held || connection.dead || connection.closed || !Dial(connection);
    for (size_t side : {0, 1}) {
      short events = 0;
      if (connection.lanes[side].has_room()) events |= POLLIN;
      if (!connection.lanes[1 - side].Ready(now_ns).empty()) events |= POLLOUT;
      // A side of which nothing is wanted would still report its end, again and again.
      waiting.push_back({idle || events == 0 ? -1 : connection.fds[side], events, 0});
    }
  }
  poll(waiting.data(), waiting.size(), WaitMs(timeout_ms, now_ns));
  now_ns = NowNs();
  is_held = held(now_ns);
  size_t next = 2;
  for (Connection& connection : connections_) {
    for (size_t side : {0, 1}) {
      const short seen = waiting[next++].revents;
      if (is_held || connection.closed || connection.dead) continue;
      if (seen & (POLLIN | POLLHUP | POLLERR)) Read(connection, side, now_ns);
    }
    if (is_held || !connection.dialled) continue;
    for (size_t way : {0, 1}) Write(connection, way, now_ns);
  }
  if (waiting[1].revents != 0) Accept();
  connections_.remove_if([this](const Connection& connection) {
    if (!connection.closed) return false;
    for (size_t i : {0, 1}) past_.bytes[i] += connection.lanes[i].forwarded_bytes();
    return true;
  });
  return (waiting[0].revents & (POLLIN | POLLHUP)) != 0;
}

}  // namespace monsoon
