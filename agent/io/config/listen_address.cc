#include "agent/io/config/listen_address.h"

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

#include "agent/core/net/address_policy.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

absl::Status Unexpected(std::string_view flag, std::string_view text) {
  return absl::InvalidArgumentError(
      StrCat(flag,
             ": expected HOST:PORT with an IP address, such as 127.0.0.1:7070, or "
             "unix:PATH; found '",
             text, "'"));
}

bool IsLoopback(const IpAddress& address) {
  static const auto& v4 = *new IpNetwork(ParseIpNetwork("127.0.0.0/8").value());
  static const auto& v6 = *new IpNetwork(ParseIpNetwork("::1").value());
  return v4.Contains(address) || v6.Contains(address);
}

}  // namespace

bool ListenAddress::is_local() const {
  if (is_unix()) return true;
  const absl::StatusOr<IpAddress> ip = ParseIpAddress(host);
  return ip.ok() && IsLoopback(*ip);
}

std::string ListenAddress::ToGrpc() const {
  if (is_unix()) return StrCat("unix:", unix_path);
  return host.find(':') == std::string::npos ? StrCat(host, ":", port)
                                             : StrCat("[", host, "]:", port);
}

absl::StatusOr<ListenAddress> ParseListenAddress(std::string_view text, std::string_view flag) {
  ListenAddress address;
  absl::string_view rest = ToAbsl(text);
  if (absl::ConsumePrefix(&rest, "unix:")) {
    address.unix_path = std::string(rest);
    if (address.unix_path.empty()) return Unexpected(flag, text);
    return address;
  }
  const size_t colon = rest.rfind(':');
  if (colon == absl::string_view::npos ||
      !absl::SimpleAtoi(rest.substr(colon + 1), &address.port) || address.port < 0 ||
      address.port > 65535) {
    return Unexpected(flag, text);
  }
  const absl::string_view host = rest.substr(0, colon);
  if (host == "localhost") {
    address.host = "127.0.0.1";
    return address;
  }
  const absl::StatusOr<IpAddress> ip = ParseIpAddress(ToStd(host));
  if (!ip.ok()) return Unexpected(flag, text);
  address.host = ip->ToString();
  return address;
}

absl::Status CheckMetricsAddress(const ListenAddress& address, bool insecure_listen) {
  if (address.is_unix()) {
    return absl::InvalidArgumentError("--metrics-listen: expected HOST:PORT, not a Unix socket");
  }
  if (insecure_listen || address.is_local()) return absl::OkStatus();
  return absl::PermissionDeniedError(
      StrCat("refusing to serve metrics on ", address.ToGrpc(),
             ": they are plain text, and name runs and controllers. Choose a loopback address, or "
             "give --insecure-listen if the network is closed to everybody else"));
}

}  // namespace monsoon
