#include "tests/mock_engine/request_log.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/status/status.h"

#include "common/base/str_cat.h"

namespace monsoon::mock_engine {

absl::StatusOr<std::unique_ptr<RequestLog>> RequestLog::Open(const std::string& path) {
  std::ofstream file(path, std::ios::trunc);
  if (!file) {
    return absl::PermissionDeniedError(StrCat("cannot write '", path, "': ", std::strerror(errno),
                                              "; choose another --request-log"));
  }
  return std::unique_ptr<RequestLog>(new RequestLog(std::move(file)));
}

void RequestLog::Add(std::string_view method, std::string_view target) {
  absl::MutexLock lock(&mutex_);
  file_ << method << ' ' << target << '\n' << std::flush;
}

}  // namespace monsoon::mock_engine
