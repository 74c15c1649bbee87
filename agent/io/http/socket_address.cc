#include "agent/io/http/socket_address.h"

#include <netinet/in.h>

#include <cstring>

#include "common/base/str_cat.h"

namespace monsoon {

absl::StatusOr<IpAddress> FromSockaddr(const sockaddr* address) {
  IpAddress result;
  if (address->sa_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
    result.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    std::memcpy(result.bytes.data() + 12, &v4->sin_addr, 4);
    return result;
  }
  if (address->sa_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
    std::memcpy(result.bytes.data(), &v6->sin6_addr, 16);
    return result;
  }
  return absl::InvalidArgumentError(
      StrCat("socket address family ", address->sa_family, " is neither IPv4 nor IPv6"));
}

}  // namespace monsoon
