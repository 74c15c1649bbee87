#include "agent/core/net/endpoint.h"

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

absl::Status Bad(std::string_view url, std::string_view why) {
  return absl::InvalidArgumentError(StrCat("engine url '", url, "': ", why));
}

}  // namespace

absl::StatusOr<Endpoint> ParseEndpoint(std::string_view url) {
  Endpoint endpoint;
  absl::string_view rest = ToAbsl(url);
  if (absl::ConsumePrefix(&rest, "https://")) {
    endpoint.tls = true;
  } else if (!absl::ConsumePrefix(&rest, "http://")) {
    return Bad(url, "expected http:// or https://");
  }
  const size_t path_start = rest.find_first_of("/?#");
  absl::string_view authority = rest.substr(0, path_start);
  endpoint.path =
      path_start == absl::string_view::npos ? "/" : std::string(rest.substr(path_start));
  if (endpoint.path.front() != '/') endpoint.path.insert(0, "/");
  if (authority.find('@') != absl::string_view::npos) {
    return Bad(url, "user information in a URL is not sent; name the secret with api_key_env");
  }
  size_t host_end = authority.find(':');
  if (!authority.empty() && authority.front() == '[') {
    const size_t bracket = authority.find(']');
    if (bracket == absl::string_view::npos) return Bad(url, "expected ']' after the IPv6 address");
    endpoint.host = std::string(authority.substr(1, bracket - 1));
    host_end = bracket + 1 < authority.size() ? bracket + 1 : absl::string_view::npos;
    if (host_end != absl::string_view::npos && authority[host_end] != ':') {
      return Bad(url, "expected ':' and a port after the IPv6 address");
    }
  } else {
    endpoint.host = std::string(authority.substr(0, host_end));
  }
  if (endpoint.host.empty()) return Bad(url, "expected a host name or address");
  int port = endpoint.tls ? 443 : 80;
  if (host_end != absl::string_view::npos &&
      (!absl::SimpleAtoi(authority.substr(host_end + 1), &port) || port < 1 || port > 65535)) {
    return Bad(url, "expected a port from 1 to 65535");
  }
  endpoint.port = static_cast<uint16_t>(port);
  return endpoint;
}

}  // namespace monsoon
