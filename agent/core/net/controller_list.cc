#include "agent/core/net/controller_list.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

std::string Lower(std::string_view text) { return absl::AsciiStrToLower(ToAbsl(text)); }

bool IsLabel(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
         });
}

// A star stands for the first label, and not for a whole top-level domain.
bool IsDnsPattern(std::string_view text) {
  const bool star = text.starts_with("*.");
  if (star) text.remove_prefix(2);
  const std::vector<std::string> labels = absl::StrSplit(ToAbsl(text), '.');
  if (star && labels.size() < 2) return false;
  return text.size() <= 253 && std::all_of(labels.begin(), labels.end(), IsLabel);
}

// `pattern` in lower case. A certificate with a star of its own is not taken at its word.
bool DnsMatches(std::string_view pattern, std::string_view presented) {
  const std::string name = Lower(presented);
  if (!pattern.starts_with("*.")) return name == pattern;
  const size_t dot = name.find('.');
  return dot != std::string::npos && IsLabel(std::string_view(name).substr(0, dot)) &&
         std::string_view(name).substr(dot) == pattern.substr(1);
}

}  // namespace

absl::StatusOr<ControllerList> ControllerList::Parse(const std::vector<std::string>& identities) {
  ControllerList list;
  for (const std::string& text : identities) {
    if (const absl::StatusOr<IpAddress> address = ParseIpAddress(text); address.ok()) {
      list.addresses_.push_back(*address);
    } else if (text.find("://") != std::string::npos) {
      list.uris_.push_back(text);
    } else if (IsDnsPattern(text)) {
      list.dns_.push_back(Lower(text));
    } else {
      return absl::InvalidArgumentError(
          StrCat("--allow-controller '", absl::CHexEscape(text),
                 "': expected a name in the controller's certificate: a DNS name such as "
                 "controller.example.org or *.ci.example.org, a URI such as "
                 "spiffe://example.org/monsoon, or an IP address"));
    }
  }
  return list;
}

bool ControllerList::Allows(const PeerNames& peer) const {
  const auto any_of = [](const auto& presented, const auto& matches) {
    return std::any_of(presented.begin(), presented.end(), matches);
  };
  return any_of(peer.dns,
                [&](const std::string& name) {
                  return any_of(
                      dns_, [&](const std::string& pattern) { return DnsMatches(pattern, name); });
                }) ||
         any_of(peer.uris,
                [&](const std::string& uri) {
                  return std::find(uris_.begin(), uris_.end(), uri) != uris_.end();
                }) ||
         any_of(peer.addresses, [&](const std::string& text) {
           const absl::StatusOr<IpAddress> address = ParseIpAddress(text);
           return address.ok() &&
                  std::find(addresses_.begin(), addresses_.end(), *address) != addresses_.end();
         });
}

absl::Status ControllerList::Check(const PeerNames& peer, std::string_view presented) const {
  if (Allows(peer)) return absl::OkStatus();
  return absl::PermissionDeniedError(StrCat(
      "this agent does not obey this controller, whose certificate says ",
      absl::CHexEscape(ToAbsl(presented.substr(0, 512))),
      "; if it should, start the agent with --allow-controller NAME, NAME being one of those "
      "without its kind (or set that key in the agent's configuration file)"));
}

}  // namespace monsoon
