// Where an agent listens.
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
  // A Unix socket or loopback: nobody reaches it from another machine.
  bool is_local() const;
  // What gRPC is given: "unix:PATH", "127.0.0.1:7070", "[::1]:7070".
  std::string ToGrpc() const;
};

// "HOST:PORT" with an IP address or "localhost", or "unix:PATH". INVALID_ARGUMENT otherwise.
// `flag` is for the message.
absl::StatusOr<ListenAddress> ParseListenAddress(std::string_view text,
                                                 std::string_view flag = "--listen");

// Metrics are served in plain text, and by TCP alone. INVALID_ARGUMENT for a Unix socket,
// PERMISSION_DENIED for an address other than loopback unless `insecure_listen`.
absl::Status CheckMetricsAddress(const ListenAddress& address, bool insecure_listen);

}  // namespace monsoon
