// Endpoint: the parts of an engine's URL that connecting needs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace monsoon {

struct Endpoint {
  bool tls = false;
  std::string host;  // without brackets
  uint16_t port = 0;
  std::string path;  // with query, from '/' on; "/" when the URL has none
};

// Parses "http://host:port/path" and "https://[::1]/v1". INVALID_ARGUMENT, naming what is wrong,
// for another scheme, user information, a missing host, or a port outside 1-65535.
absl::StatusOr<Endpoint> ParseEndpoint(std::string_view url);

}  // namespace monsoon
