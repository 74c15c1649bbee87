#include "agent/io/http/resolve.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>

#include "absl/strings/str_join.h"

#include "agent/io/http/socket_address.h"
#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

std::string Bracketed(const IpAddress& address) {
  return address.is_v4() ? address.ToString() : StrCat("[", address.ToString(), "]");
}

}  // namespace

std::string ResolvedEndpoint::Display() const {
  return StrCat(Bracketed(addresses.front()), ":", endpoint.port);
}

std::string ResolvedEndpoint::CurlResolveLine() const {
  std::vector<std::string> texts;
  for (const IpAddress& address : addresses) texts.push_back(Bracketed(address));
  return StrCat(endpoint.host, ":", endpoint.port, ":", absl::StrJoin(texts, ","));
}

absl::StatusOr<ResolvedEndpoint> Resolve(const std::string& url, const AddressPolicy& policy) {
  ResolvedEndpoint resolved;
  ASSIGN_OR_RETURN(resolved.endpoint, ParseEndpoint(url));
  const std::string& host = resolved.endpoint.host;

  const addrinfo hints{
      .ai_flags = AI_ADDRCONFIG, .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
  addrinfo* list = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (error != 0) {
    return absl::NotFoundError(
        StrCat("the engine's host name '", host, "' does not resolve here: ", gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, &freeaddrinfo);

  absl::Status refused;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    absl::StatusOr<IpAddress> address = FromSockaddr(entry->ai_addr);
    if (!address.ok()) continue;
    if (absl::Status allowed = policy.Check(*address); !allowed.ok()) {
      refused.Update(allowed);
      continue;
    }
    if (std::find(resolved.addresses.begin(), resolved.addresses.end(), *address) ==
        resolved.addresses.end()) {
      resolved.addresses.push_back(*address);
    }
  }
  if (!resolved.addresses.empty()) return resolved;
  if (!refused.ok()) return refused;
  return absl::NotFoundError(StrCat("the engine's host name '", host, "' has no IP address"));
}

}  // namespace monsoon
