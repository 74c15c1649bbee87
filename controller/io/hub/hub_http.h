// HubHttp: a request to a hub with all its redirects. The token goes to the hub's own origin
// (scheme, host and port) and to nobody else: a file's bytes usually come from another server, by a
// signed link. Blocking; one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

#include "controller/core/hub/hub_settings.h"
#include "controller/core/hub/response_facts.h"
#include "controller/io/hub/http_transfer.h"

namespace monsoon {

struct HubAnswer {
  absl::Status status;    // OK: an answer came, whatever its HTTP status; else of HttpTransfer
  ResponseFacts facts;    // of the last answer
  ResponseFacts on_hub;   // linked_etag, linked_size and commit as the hub's own answers said
  bool from_hub = false;  // the last answer came from the hub's own origin
};

// Takes the body of an answer with status 200 or 206.
class BodySink {
 public:
  virtual ~BodySink() = default;
  // An error ends the request and becomes its status.
  virtual absl::Status Begin(const ResponseFacts& facts) = 0;
  virtual absl::Status Append(std::string_view bytes) = 0;
};

class HubHttp {
 public:
  // `settings` outlives it.
  HubHttp(const HubSettings& settings, std::function<bool()> keep_going);

  // Follows redirects within the hub and stops at one that leaves it: that is the last answer.
  HubAnswer Head(Hub hub, const std::string& url);
  // Follows all redirects.
  HubAnswer Get(Hub hub, const std::string& url, const std::vector<std::string>& headers,
                BodySink& sink);

 private:
  HubAnswer Follow(Hub hub, TransferRequest request, bool leave_hub, const TransferHooks& hooks);

  const HubSettings& settings_;
  HttpTransfer transfer_;
};

}  // namespace monsoon
