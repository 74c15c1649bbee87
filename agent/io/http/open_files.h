// The limit of open files, which is the limit of connections.
#pragma once

#include <cstdint>

#include "absl/status/status.h"

namespace monsoon {

// Raises the soft limit to the hard one; once, at program start.
void RaiseOpenFilesLimit();

// How many connections the limit leaves room for.
int64_t MaxConnections();

// RESOURCE_EXHAUSTED, saying what to set, when `connections` do not fit.
absl::Status CheckOpenFiles(int64_t connections);

}  // namespace monsoon
