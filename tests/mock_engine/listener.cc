#include "tests/mock_engine/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"

#include "common/base/str_cat.h"

namespace monsoon::mock_engine {
namespace {

constexpr int kBacklog = 65535;  // the kernel cuts it to its own limit

void SetPort(ListenAddress* address) {
  // Both families keep the port at the same place.
  auto* any = reinterpret_cast<sockaddr_in*>(&address->socket_address);
  any->sin_port = htons(address->port);
}

bool SetHost(std::string_view host, ListenAddress* address) {
  if (host == "[::1]" || host == "[::]") {
    sockaddr_in6 ip6 = {};
    ip6.sin6_family = AF_INET6;
    address->is_loopback = host == "[::1]";
    ip6.sin6_addr = address->is_loopback ? in6addr_loopback : in6addr_any;
    std::memcpy(&address->socket_address, &ip6, sizeof(ip6));
    address->socket_address_bytes = sizeof(ip6);
    address->host = std::string(host);
    return true;
  }
  address->host = host == "localhost" ? "127.0.0.1" : std::string(host);
  sockaddr_in ip4 = {};
  ip4.sin_family = AF_INET;
  if (inet_pton(AF_INET, address->host.c_str(), &ip4.sin_addr) != 1) return false;
  std::memcpy(&address->socket_address, &ip4, sizeof(ip4));
  address->socket_address_bytes = sizeof(ip4);
  address->is_loopback = absl::StartsWith(address->host, "127.");
  return true;
}

absl::Status ListenError(const ListenAddress& address, std::string_view what) {
  return absl::ErrnoToStatus(errno, StrCat("cannot ", what, " ", address.host, ":", address.port,
                                           "; choose another port, or 0 for any free one"));
}

absl::StatusOr<ScopedFd> ListenOnce(ListenAddress* address, bool shared) {
  ScopedFd fd(
      socket(address->socket_address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (shared) setsockopt(fd.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
  auto* raw = reinterpret_cast<sockaddr*>(&address->socket_address);
  if (bind(fd.get(), raw, address->socket_address_bytes) != 0) return ListenError(*address, "bind");
  if (listen(fd.get(), kBacklog) != 0) return ListenError(*address, "listen on");
  socklen_t bytes = sizeof(address->socket_address);
  getsockname(fd.get(), raw, &bytes);
  address->port = ntohs(reinterpret_cast<sockaddr_in*>(raw)->sin_port);
  return fd;
}

}  // namespace

absl::StatusOr<ListenAddress> ParseListenAddress(std::string_view text) {
  ListenAddress address;
  const size_t colon = text.rfind(':');
  uint32_t port = 0;
  if (colon == std::string_view::npos || !absl::SimpleAtoi(ToAbsl(text.substr(colon + 1)), &port) ||
      port > 65535) {
    return absl::InvalidArgumentError(
        StrCat("'", text, "' is not HOST:PORT; write 127.0.0.1:8000, or port 0 for a free one"));
  }
  if (!SetHost(text.substr(0, colon), &address)) {
    return absl::InvalidArgumentError(
        StrCat("'", text, "' has no address; write 127.0.0.1:PORT, localhost:PORT or [::1]:PORT"));
  }
  address.port = static_cast<uint16_t>(port);
  SetPort(&address);
  return address;
}

absl::Status CheckLoopback(const std::vector<ListenAddress>& addresses, bool allowed) {
  for (const ListenAddress& address : addresses) {
    if (address.is_loopback || allowed) continue;
    return absl::InvalidArgumentError(StrCat(
        "'", address.host, ":", address.port,
        "' is not on the loopback interface, and this engine has no defences; listen on "
        "127.0.0.1, or add --insecure-listen in a network that is closed to everybody else"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ScopedFd>> Listen(ListenAddress* address, int count) {
  std::vector<ScopedFd> sockets;
  for (int i = 0; i < count; ++i) {
    absl::StatusOr<ScopedFd> fd = ListenOnce(address, count > 1);
    if (!fd.ok()) return fd.status();
    sockets.push_back(*std::move(fd));
  }
  return sockets;
}

void RaiseOpenFileLimit() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace monsoon::mock_engine
