// RequestHead: the part of an HTTP/1.1 request before its body: of a POST, or of a GET, which has
// none and no Content-Length. What all requests of a case share is
// written once, by Create(); Append() adds what differs.
//
//   POST /v1/chat/completions HTTP/1.1
//   Host: gpu1:8000                       // bracketed when IPv6, no port when it is the scheme's
//   User-Agent: monsoon/0.1.0
//   ...the adapter's headers, in their order...
//   x-request-id: run-0-17
//   Content-Length: 812
//
// Nothing in it can start a header of its own: every name, value, target and request id is checked
// for line breaks and other control characters. Pure; immutable, so any thread may use one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "agent/core/net/endpoint.h"

namespace monsoon {

class RequestHead {
 public:
  // `headers`: of EngineAdapter::Headers(). One of them named Host or User-Agent replaces ours.
  // INVALID_ARGUMENT for what cannot be part of a request, and for a header that says how the
  // connection or the message is framed, or which request this is: Content-Length,
  // Transfer-Encoding, Trailer, Connection, Keep-Alive, Proxy-Connection, Upgrade, Expect,
  // x-request-id.
  static absl::StatusOr<RequestHead> Create(
      const Endpoint& endpoint, const std::vector<std::pair<std::string, std::string>>& headers);
  // The same for a GET.
  static absl::StatusOr<RequestHead> CreateGet(
      const Endpoint& endpoint, const std::vector<std::pair<std::string, std::string>>& headers);

  // Adds the head of one request to `out`, up to and with its blank line; the body comes next.
  // Allocates only when `out` lacks the capacity. False, and `out` is as before, when `request_id`
  // is empty or has other characters than visible ASCII. REQUIRES, of a GET: body_bytes is 0.
  [[nodiscard]] bool Append(std::string_view request_id, size_t body_bytes, std::string& out) const;

 private:
  RequestHead(std::string prefix, bool has_body)
      : prefix_(std::move(prefix)), has_body_(has_body) {}
  static absl::StatusOr<RequestHead> Create(
      std::string_view method, const Endpoint& endpoint,
      const std::vector<std::pair<std::string, std::string>>& headers);

  std::string prefix_;  // up to and with "x-request-id: "
  bool has_body_;
};

}  // namespace monsoon
