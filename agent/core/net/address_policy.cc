#include "agent/core/net/address_policy.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/numbers.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr std::array<uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

IpNetwork MustParse(std::string_view text) { return ParseIpNetwork(text).value(); }

const std::vector<IpNetwork>& DefaultAllowed() {
  static const auto& networks = *new std::vector<IpNetwork>{
      MustParse("127.0.0.0/8"),   MustParse("::1/128"),        MustParse("10.0.0.0/8"),
      MustParse("172.16.0.0/12"), MustParse("192.168.0.0/16"), MustParse("100.64.0.0/10"),
      MustParse("fc00::/7"),
  };
  return networks;
}

struct Forbidden {
  IpNetwork network;
  std::string_view why;
};

// Metadata services live on link-local addresses, and a few clouds add private ones of their own.
const std::vector<Forbidden>& NeverAllowed() {
  static const auto& forbidden = *new std::vector<Forbidden>{
      {MustParse("169.254.0.0/16"), "a link-local or cloud metadata address"},
      {MustParse("fe80::/10"), "a link-local address"},
      {MustParse("fd00:ec2::/32"), "a cloud metadata address"},
      {MustParse("fd20:ce::254/128"), "a cloud metadata address"},
      {MustParse("fd00:42::42/128"), "a cloud metadata address"},
      {MustParse("100.100.100.200/32"), "a cloud metadata address"},
      {MustParse("168.63.129.16/32"), "a cloud metadata address"},
      {MustParse("192.0.0.192/32"), "a cloud metadata address"},
      {MustParse("0.0.0.0/8"), "the unspecified address"},
      {MustParse("::/128"), "the unspecified address"},
      {MustParse("224.0.0.0/4"), "a multicast address"},
      {MustParse("255.255.255.255/32"), "the broadcast address"},
      {MustParse("ff00::/8"), "a multicast address"},
  };
  return forbidden;
}

// Networks whose addresses carry an IPv4 address, to which a translator or tunnel on the way
// delivers: the byte at which it begins.
struct Carrier {
  IpNetwork network;
  size_t offset;
};

const std::vector<Carrier>& Carriers() {
  static const auto& carriers = *new std::vector<Carrier>{
      {MustParse("64:ff9b::/96"), 12},    // NAT64, RFC 6052
      {MustParse("64:ff9b:1::/48"), 12},  // NAT64 of the network's own, RFC 8215
      {MustParse("2002::/16"), 2},        // 6to4, RFC 3056
      {MustParse("::/96"), 12},           // IPv4-compatible, RFC 4291
  };
  return carriers;
}

IpAddress CarriedBy(const IpAddress& address, size_t offset) {
  IpAddress carried;
  std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), carried.bytes.begin());
  std::copy_n(address.bytes.begin() + offset, 4, carried.bytes.begin() + kMappedPrefix.size());
  return carried;
}

// Why nothing is ever sent to `address`; nullptr where that is the configuration's to say.
const Forbidden* FindForbidden(const IpAddress& address) {
  for (const Forbidden& entry : NeverAllowed()) {
    if (entry.network.Contains(address)) return &entry;
  }
  static const auto& loopback = *new IpAddress(ParseIpAddress("::1").value());
  if (address == loopback) return nullptr;
  for (const Carrier& carrier : Carriers()) {
    if (!carrier.network.Contains(address)) continue;
    if (const Forbidden* found = FindForbidden(CarriedBy(address, carrier.offset))) return found;
  }
  return nullptr;
}

}  // namespace

bool IpAddress::is_v4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin());
}

std::string IpAddress::ToString() const {
  char text[INET6_ADDRSTRLEN] = {};
  if (is_v4()) {
    inet_ntop(AF_INET, bytes.data() + kMappedPrefix.size(), text, sizeof(text));
  } else {
    inet_ntop(AF_INET6, bytes.data(), text, sizeof(text));
  }
  return text;
}

absl::StatusOr<IpAddress> ParseIpAddress(std::string_view text) {
  std::string bare(text);
  if (bare.size() >= 2 && bare.front() == '[' && bare.back() == ']') {
    bare = bare.substr(1, bare.size() - 2);
  }
  IpAddress address;
  if (inet_pton(AF_INET, bare.c_str(), address.bytes.data() + kMappedPrefix.size()) == 1) {
    std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes.begin());
    return address;
  }
  if (inet_pton(AF_INET6, bare.c_str(), address.bytes.data()) == 1) return address;
  return absl::InvalidArgumentError(StrCat("expected an IP address, found '", text, "'"));
}

bool IpNetwork::Contains(const IpAddress& other) const {
  const int whole = prefix_bits / 8;
  if (std::memcmp(address.bytes.data(), other.bytes.data(), whole) != 0) return false;
  const int rest = prefix_bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<uint8_t>(0xff << (8 - rest));
  return (address.bytes[whole] & mask) == (other.bytes[whole] & mask);
}

absl::StatusOr<IpNetwork> ParseIpNetwork(std::string_view text) {
  const size_t slash = text.find('/');
  IpNetwork network;
  ASSIGN_OR_RETURN(network.address, ParseIpAddress(text.substr(0, slash)));
  if (slash == std::string_view::npos) return network;
  const bool v4 = network.address.is_v4();
  int bits = 0;
  if (!absl::SimpleAtoi(ToAbsl(text.substr(slash + 1)), &bits) || bits < 0 ||
      bits > (v4 ? 32 : 128)) {
    return absl::InvalidArgumentError(
        StrCat("expected a network such as 10.0.0.0/8 or 2001:db8::/32, found '", text, "'"));
  }
  network.prefix_bits = v4 ? 96 + bits : bits;
  return network;
}

AddressPolicy::AddressPolicy() : allowed_(DefaultAllowed()) {}

absl::StatusOr<AddressPolicy> AddressPolicy::WithAllowed(const std::vector<std::string>& networks) {
  AddressPolicy policy;
  for (const std::string& text : networks) {
    if (text == "any") {
      policy.allowed_.push_back(MustParse("0.0.0.0/0"));
      policy.allowed_.push_back(MustParse("::/0"));
      continue;
    }
    const absl::StatusOr<IpNetwork> network = ParseIpNetwork(text);
    if (!network.ok()) {
      return absl::InvalidArgumentError(
          StrCat("--allow-target: ", ToStd(network.status().message()), "; or any"));
    }
    policy.allowed_.push_back(*network);
  }
  return policy;
}

absl::Status AddressPolicy::Check(const IpAddress& address) const {
  if (const Forbidden* const forbidden = FindForbidden(address)) {
    return absl::PermissionDeniedError(StrCat(address.ToString(), " is ", forbidden->why,
                                              ", to which an agent never sends anything"));
  }
  const bool allowed = std::any_of(allowed_.begin(), allowed_.end(),
                                   [&](const IpNetwork& net) { return net.Contains(address); });
  if (allowed) return absl::OkStatus();
  return absl::PermissionDeniedError(
      StrCat(address.ToString(),
             " is outside the networks that this agent may load (loopback and "
             "private ones by default); start the agent with --allow-target ",
             address.ToString(), " if the engine there is yours to test"));
}

}  // namespace monsoon
