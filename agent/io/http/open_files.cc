#include "agent/io/http/open_files.h"

#include <sys/resource.h>

#include <algorithm>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

// Logs, gRPC, epoll and timers, shared libraries.
constexpr int64_t kReserved = 256;

rlimit CurrentLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit;
}

int64_t MaxOpenFiles() {
  const rlim_t limit = CurrentLimit().rlim_cur;
  return limit == RLIM_INFINITY ? int64_t{1} << 30 : static_cast<int64_t>(limit);
}

}  // namespace

void RaiseOpenFilesLimit() {
  rlimit limit = CurrentLimit();
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int64_t MaxConnections() { return std::max<int64_t>(MaxOpenFiles() - kReserved, 0); }

absl::Status CheckOpenFiles(int64_t connections) {
  if (connections <= MaxConnections()) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      StrCat(connections, " connections need a limit of at least ", connections + kReserved,
             " open files, and this agent may have ", MaxOpenFiles(),
             "; set LimitNOFILE= in its systemd unit, or `ulimit -n`, or add agents"));
}

}  // namespace monsoon
