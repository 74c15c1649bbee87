// Listening sockets. The engine has no defences: off the loopback interface it listens only when
// told
// --insecure-listen, for networks that are closed to everybody else.
//
// Plain functions, for the start of the program. Errors say which address and what to do.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "tests/mock_engine/scoped_fd.h"

namespace monsoon::mock_engine {

struct ListenAddress {
  std::string host;   // as it is printed: "127.0.0.1" or "[::1]"
  uint16_t port = 0;  // 0: any free one
  sockaddr_storage socket_address = {};
  socklen_t socket_address_bytes = 0;
  bool is_loopback = true;
};

// "127.0.0.1:8000", "localhost:8000", "[::1]:8000", "0.0.0.0:8000": an IPv4 address, [::1] or [::].
// A host name is INVALID_ARGUMENT.
absl::StatusOr<ListenAddress> ParseListenAddress(std::string_view text);

// INVALID_ARGUMENT when an address is not on the loopback interface, unless that is `allowed`.
absl::Status CheckLoopback(const std::vector<ListenAddress>& addresses, bool allowed);

// Opens `count` listening, non-blocking sockets on one port, among which the kernel spreads the
// connections. Port 0 in `address` is replaced by the port that was found.
absl::StatusOr<std::vector<ScopedFd>> Listen(ListenAddress* address, int count);

// Allows as many open files as the system lets this process have.
void RaiseOpenFileLimit();

}  // namespace monsoon::mock_engine
