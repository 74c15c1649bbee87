#include "agent/core/http/request_head.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"

#include "agent/core/http/header_syntax.h"
#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/version.h"

namespace monsoon {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kReserved[] = {
    "content-length",   "transfer-encoding", "trailer", "connection",   "keep-alive",
    "proxy-connection", "upgrade",           "expect",  "x-request-id",
};

bool IsVisibleAscii(char c) { return c > ' ' && c < 0x7F; }

bool IsName(std::string_view a, std::string_view b) {
  return absl::EqualsIgnoreCase(ToAbsl(a), ToAbsl(b));
}

// What stands in the request line: the URL's path and query, not its fragment.
absl::StatusOr<std::string> RequestTarget(const Endpoint& endpoint) {
  std::string target = endpoint.path.substr(0, endpoint.path.find('#'));
  if (target.empty() || target.front() != '/' ||
      !std::all_of(target.begin(), target.end(), IsVisibleAscii)) {
    return absl::InvalidArgumentError(
        StrCat("engine url: its path \"", absl::CHexEscape(target),
               "\" has a character that must be percent-encoded, such as %20 for a blank"));
  }
  return target;
}

// The authority of the URL. An IPv6 zone means something on this machine only and is left out.
absl::StatusOr<std::string> HostValue(const Endpoint& endpoint) {
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  std::string host = v6 ? endpoint.host.substr(0, endpoint.host.find('%')) : endpoint.host;
  const auto is_host_char = [](char c) {
    return IsVisibleAscii(c) && std::string_view("\"#/<>?@[\\]^`{|}").find(c) == std::string::npos;
  };
  if (host.empty() || !std::all_of(host.begin(), host.end(), is_host_char)) {
    return absl::InvalidArgumentError(
        StrCat("engine url: \"", absl::CHexEscape(endpoint.host),
               "\" is not a host; write a name beyond ASCII in its xn-- form"));
  }
  if (v6) host = StrCat("[", host, "]");
  if (endpoint.port == (endpoint.tls ? 443 : 80)) return host;
  return StrCat(host, ":", endpoint.port);
}

absl::Status CheckHeaders(const Headers& headers) {
  int hosts = 0;
  for (const auto& [name, value] : headers) {
    RETURN_IF_ERROR(CheckHeader(name, value));
    const bool reserved =
        std::any_of(std::begin(kReserved), std::end(kReserved),
                    [&own = name](std::string_view other) { return IsName(own, other); });
    if (reserved) {
      return absl::InvalidArgumentError(
          StrCat("engine.headers: \"", name,
                 "\" cannot be set; Monsoon itself decides about connections, the framing of "
                 "messages and request ids. Remove it"));
    }
    if (IsName(name, "host") && (value.empty() || ++hosts > 1)) {
      return absl::InvalidArgumentError(
          "engine.headers: \"Host\" is empty or given twice; a request has exactly one");
    }
  }
  return absl::OkStatus();
}

bool Has(const Headers& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(),
                     [name](const auto& header) { return IsName(header.first, name); });
}

void AppendHeader(std::string_view name, std::string_view value, std::string& out) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

absl::StatusOr<RequestHead> RequestHead::Create(const Endpoint& endpoint, const Headers& headers) {
  return Create("POST", endpoint, headers);
}

absl::StatusOr<RequestHead> RequestHead::CreateGet(const Endpoint& endpoint,
                                                   const Headers& headers) {
  return Create("GET", endpoint, headers);
}

absl::StatusOr<RequestHead> RequestHead::Create(std::string_view method, const Endpoint& endpoint,
                                                const Headers& headers) {
  ASSIGN_OR_RETURN(const std::string target, RequestTarget(endpoint));
  ASSIGN_OR_RETURN(const std::string host, HostValue(endpoint));
  RETURN_IF_ERROR(CheckHeaders(headers));
  std::string prefix = StrCat(method, " ", target, " HTTP/1.1\r\n");
  if (!Has(headers, "host")) AppendHeader("Host", host, prefix);
  if (!Has(headers, "user-agent")) AppendHeader("User-Agent", StrCat("monsoon/", kVersion), prefix);
  for (const auto& [name, value] : headers) AppendHeader(name, value, prefix);
  prefix.append("x-request-id: ");
  return RequestHead(std::move(prefix), method == "POST");
}

bool RequestHead::Append(std::string_view request_id, size_t body_bytes, std::string& out) const {
  if (request_id.empty() || !std::all_of(request_id.begin(), request_id.end(), IsVisibleAscii)) {
    return false;
  }
  out.append(prefix_).append(request_id).append("\r\n");
  if (!has_body_) {
    out.append("\r\n");
    return true;
  }
  std::array<char, 20> digits;
  const std::to_chars_result number =
      std::to_chars(digits.data(), digits.data() + digits.size(), body_bytes);
  out.append("Content-Length: ").append(digits.data(), number.ptr).append("\r\n\r\n");
  return true;
}

}  // namespace monsoon
