// Tells other programs the ports: a file that is never seen half-written. For main().
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"

#include "tests/mock_engine/listener.h"

namespace monsoon::mock_engine {

// One port per line, in the order of the addresses; written to a temporary name beside `path` and
// renamed. The error names the path.
absl::Status WritePortFile(const std::string& path, const std::vector<ListenAddress>& addresses);

}  // namespace monsoon::mock_engine
