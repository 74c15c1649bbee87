// Where an agent listens, and whether it may.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace monsoon {

struct ListenAddress {
  std::string unix_path;  // not empty: a Unix socket; host and port are unused
  std::string host;       // an IP address, without brackets
  int port = 0;           // 0: a free one

  bool is_unix() const { return !unix_path.empty(); }
  // What gRPC is given: "unix:PATH", "127.0.0.1:7070", "[::1]:7070".
  std::string ToGrpc() const;
};

// "HOST:PORT" with an IP address or "localhost", or "unix:PATH". INVALID_ARGUMENT otherwise.
absl::StatusOr<ListenAddress> ParseListenAddress(std::string_view text);

// Plain text is for loopback and Unix sockets: anybody who reaches an agent can make it send load.
// PERMISSION_DENIED, saying what to do, for another address unless `insecure_listen`.
absl::Status CheckListenAddress(const ListenAddress& address, bool insecure_listen);

}  // namespace monsoon
