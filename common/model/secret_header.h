// SecretHeader: a header that the scenario adds to every request. Its value may be a key, so it is
// treated as one by its type, whatever the header is called.
#pragma once

#include <string>
#include <utility>

#include "common/base/secret.h"

namespace monsoon {

struct SecretHeader {
  SecretHeader() = default;
  // So that lists of them can be written {{"X-Team", "a"}, ...}.
  SecretHeader(std::string header_name, std::string header_value, std::string as_written = "")
      : name(std::move(header_name)),
        value(std::move(header_value)),
        written(std::move(as_written)) {}

  std::string name;
  Secret value;
  // How the scenario has the value, its ${VARIABLES} not expanded; empty on agents.
  std::string written;

  friend bool operator==(const SecretHeader&, const SecretHeader&) = default;
};

}  // namespace monsoon
