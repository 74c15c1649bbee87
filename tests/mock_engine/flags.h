// The command line of mock_engine. For main(), before any thread is started.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

#include "tests/mock_engine/server.h"

namespace monsoon::mock_engine {

struct Flags {
  ServerOptions server;
  std::string port_file;         // "": none
  int64_t exit_with_parent = 0;  // a pid; 0: not
  std::string help;              // not "": --help was asked for; print this and exit 0
};

// INVALID_ARGUMENT names the flag and says what it wants.
absl::StatusOr<Flags> ParseFlags(int argc, const char* const* argv);

}  // namespace monsoon::mock_engine
