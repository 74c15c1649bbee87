#include "controller/core/scenario/checks.h"

#include <algorithm>
#include <array>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

#include "common/base/str_cat.h"
#include "controller/core/scenario/value_text.h"

namespace monsoon {
namespace {

constexpr size_t kMaxNameBytes = 128;
constexpr size_t kMaxLabelBytes = 256;
constexpr std::string_view kTokenPunctuation = "!#$%&'*+-.^_`|~";
// The agent's own: framing, routing and the identity of the request.
constexpr std::array<std::string_view, 7> kReservedHeaders = {
    "content-length", "transfer-encoding", "content-type", "host",
    "connection",     "x-request-id",      "expect"};

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); });
}

bool IsHostChar(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
}

bool IsHost(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), IsHostChar);
}

bool IsBracketedV6(std::string_view host) {
  if (!host.starts_with('[') || !host.ends_with(']')) return false;
  host = host.substr(1, host.size() - 2);
  return host.size() >= 2 && host.find_first_not_of("0123456789abcdefABCDEF:.") == host.npos;
}

}  // namespace

absl::Status CheckScenarioName(std::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes || HasControl(name) || name.front() == '.' ||
      name.find('/') != name.npos) {
    return absl::InvalidArgumentError(
        StrCat("expected 1 to ", kMaxNameBytes,
               " bytes without '/' or control characters, not starting with '.', because it "
               "names the run's folder"));
  }
  return absl::OkStatus();
}

absl::Status CheckLabel(std::string_view name) {
  if (name.empty() || name.size() > kMaxLabelBytes || HasControl(name)) {
    return absl::InvalidArgumentError(
        StrCat("expected 1 to ", kMaxLabelBytes, " bytes without control characters"));
  }
  return absl::OkStatus();
}

absl::Status CheckHeaderName(std::string_view name) {
  const bool is_token = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           kTokenPunctuation.find(c) != kTokenPunctuation.npos;
  });
  if (!is_token) {
    return absl::InvalidArgumentError(
        "expected a header name: letters, digits and -_.!#$%&'*+^`|~");
  }
  for (const std::string_view reserved : kReservedHeaders) {
    if (absl::EqualsIgnoreCase(ToAbsl(reserved), ToAbsl(name))) {
      return absl::InvalidArgumentError("expected another name: Monsoon sets this header itself");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckHeaderValue(std::string_view value) {
  if (!HasControl(value)) return absl::OkStatus();
  return absl::InvalidArgumentError("expected a header value without line breaks or controls");
}

absl::Status CheckHostPort(std::string_view text) {
  const size_t colon = text.rfind(':');
  const std::string_view host = text.substr(0, colon);
  if (colon == std::string_view::npos || !(IsHost(host) || IsBracketedV6(host))) {
    return absl::InvalidArgumentError("expected HOST:PORT, such as load1:7070 or [::1]:7070");
  }
  const std::optional<uint64_t> port = ParseUnsigned(text.substr(colon + 1));
  if (!port.has_value() || *port < 1 || *port > 65535) {
    return absl::InvalidArgumentError("expected a port from 1 to 65535 after the last ':'");
  }
  return absl::OkStatus();
}

absl::Status CheckAgentAddress(std::string_view text) {
  constexpr std::string_view kUnix = "unix:";
  if (!text.starts_with(kUnix)) return CheckHostPort(text);
  const std::string_view path = text.substr(kUnix.size());
  if (!path.empty() && !HasControl(path)) return absl::OkStatus();
  return absl::InvalidArgumentError("expected unix:PATH");
}

absl::Status CheckSampling(const Sampling& sampling) {
  if (sampling.min_tokens.has_value() && sampling.max_tokens.has_value() &&
      *sampling.min_tokens > *sampling.max_tokens) {
    return absl::InvalidArgumentError(StrCat("min_tokens (", *sampling.min_tokens,
                                             ") is above max_tokens (", *sampling.max_tokens,
                                             "): expected at most as many"));
  }
  return absl::OkStatus();
}

}  // namespace monsoon
