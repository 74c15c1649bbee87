// sockaddr -> IpAddress.
#pragma once

#include <sys/socket.h>

#include "absl/status/statusor.h"

#include "agent/core/net/address_policy.h"

namespace monsoon {

// INVALID_ARGUMENT for a family other than IPv4 and IPv6.
absl::StatusOr<IpAddress> FromSockaddr(const sockaddr* address);

}  // namespace monsoon
