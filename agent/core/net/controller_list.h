// ControllerList: the controllers that an agent obeys, by the names in their certificates
// (subject alternative names). That a certificate is genuine was checked in the TLS handshake; this
// says whether its holder may command here.
//
// Immutable, thread-safe, pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "agent/core/net/address_policy.h"

namespace monsoon {

// What a peer's certificate says of it.
struct PeerNames {
  std::vector<std::string> dns;
  std::vector<std::string> uris;
  std::vector<std::string> addresses;
};

class ControllerList {
 public:
  // Obeys nobody.
  ControllerList() = default;
  // Each a DNS name ("controller.example.org", "*.ci.example.org": one whole label for the star), a
  // URI ("spiffe://example.org/monsoon"; compared byte by byte) or an IP address. INVALID_ARGUMENT
  // for anything else.
  static absl::StatusOr<ControllerList> Parse(const std::vector<std::string>& identities);

  bool empty() const { return dns_.empty() && uris_.empty() && addresses_.empty(); }

  bool Allows(const PeerNames& peer) const;
  // OK, or PERMISSION_DENIED with a sentence that names what the peer `presented` and the key to
  // set.
  absl::Status Check(const PeerNames& peer, std::string_view presented) const;

 private:
  std::vector<std::string> dns_;  // lower case
  std::vector<std::string> uris_;
  std::vector<IpAddress> addresses_;
};

}  // namespace monsoon
