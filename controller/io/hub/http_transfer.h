// HttpTransfer: one HTTP request after another with libcurl, without its redirects, so that the
// caller decides what the next server may see. Proxies come from the environment (http_proxy,
// https_proxy, no_proxy). Blocking; one thread. Connections are kept for the next request.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

#include "controller/core/hub/response_facts.h"

namespace monsoon {

struct TransferOptions {
  int64_t stall_s = 30;      // without a byte for so long: UNAVAILABLE
  std::string certificates;  // CA certificates; "" = the system's
  // Asked several times a second; false ends the request with CANCELLED.
  std::function<bool()> keep_going;
};

struct TransferRequest {
  std::string url;
  bool head = false;
  std::vector<std::string> headers;  // "Name: value"
};

// Either may be empty. An error ends the request and is its result.
struct TransferHooks {
  std::function<absl::Status(const ResponseFacts& facts)> on_head;  // once, before any body
  std::function<absl::Status(std::string_view bytes)> on_body;
};

class HttpTransfer {
 public:
  explicit HttpTransfer(TransferOptions options);
  ~HttpTransfer();
  HttpTransfer(const HttpTransfer&) = delete;
  HttpTransfer& operator=(const HttpTransfer&) = delete;

  // OK: a whole answer came, whatever its status. UNAVAILABLE: the server could not be reached, or
  // the answer broke off or stalled. FAILED_PRECONDITION: its certificate is not trusted, or the
  // URL is none. CANCELLED: keep_going said so. Else what a hook returned. `facts` is filled as far
  // as the head came.
  absl::Status Perform(const TransferRequest& request, const TransferHooks& hooks,
                       ResponseFacts& facts);

 private:
  struct Handle;

  const TransferOptions options_;
  const std::unique_ptr<Handle> handle_;
};

}  // namespace monsoon
