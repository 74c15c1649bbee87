// Resolves an engine's host once, before a case starts, and checks every address against the
// policy.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "agent/core/net/address_policy.h"
#include "agent/core/net/endpoint.h"

namespace monsoon {

struct ResolvedEndpoint {
  Endpoint endpoint;
  std::vector<IpAddress> addresses;  // allowed ones, in the resolver's order; never empty

  // The URL names an address, not a host: there is nothing to resolve.
  bool is_literal() const { return ParseIpAddress(endpoint.host).ok(); }
  // "10.0.0.7:8000", of the first address; what reports show.
  std::string Display() const;
  // The line for libcurl's CURLOPT_RESOLVE: "host:port:address,address".
  std::string CurlResolveLine() const;
};

// Blocks on the system's resolver; not for load threads. NOT_FOUND when the name does not resolve,
// PERMISSION_DENIED when the policy forbids every address.
absl::StatusOr<ResolvedEndpoint> Resolve(const std::string& url, const AddressPolicy& policy);

}  // namespace monsoon
