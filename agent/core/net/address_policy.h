// AddressPolicy: which network addresses this agent may send load to (design promise 2). The check
// is made on the resolved address, at the moment of connecting, so that no name, redirect or DNS
// trick can turn an agent into a weapon.
//
// Immutable, thread-safe. By default loopback and private networks are allowed; link-local and
// cloud metadata addresses, multicast, broadcast and the unspecified address never are, whatever
// the configuration says, nor are the IPv6 addresses by which a translator would reach them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace monsoon {

// An IPv4 or IPv6 address; IPv4 is kept in its mapped form (::ffff:a.b.c.d), so the two compare
// alike.
struct IpAddress {
  std::array<uint8_t, 16> bytes{};

  bool is_v4() const;
  std::string ToString() const;
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

// "10.0.0.7", "::1", "[::1]". INVALID_ARGUMENT for anything else, names included.
absl::StatusOr<IpAddress> ParseIpAddress(std::string_view text);

struct IpNetwork {
  IpAddress address;
  int prefix_bits = 128;  // of the 16-byte form

  bool Contains(const IpAddress& other) const;
};

// "10.0.0.0/8", "2001:db8::/32", or one address. INVALID_ARGUMENT otherwise.
absl::StatusOr<IpNetwork> ParseIpNetwork(std::string_view text);

class AddressPolicy {
 public:
  // Loopback and private networks (RFC 1918, RFC 6598, RFC 4193).
  AddressPolicy();
  // The default ones, and `networks` as well. "any" allows every public address.
  static absl::StatusOr<AddressPolicy> WithAllowed(const std::vector<std::string>& networks);

  // OK, or PERMISSION_DENIED with a sentence that names the address, the reason and the flag.
  absl::Status Check(const IpAddress& address) const;

 private:
  std::vector<IpNetwork> allowed_;
};

}  // namespace monsoon
