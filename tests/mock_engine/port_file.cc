#include "tests/mock_engine/port_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>

#include "common/base/str_cat.h"

namespace monsoon::mock_engine {

absl::Status WritePortFile(const std::string& path, const std::vector<ListenAddress>& addresses) {
  const std::string temporary = StrCat(path, ".", getpid(), ".tmp");
  std::ofstream file(temporary, std::ios::trunc);
  for (const ListenAddress& address : addresses) file << address.port << "\n";
  file.close();
  if (file.fail() || std::rename(temporary.c_str(), path.c_str()) != 0) {
    return absl::ErrnoToStatus(
        errno, StrCat("cannot write the port file '", path, "'; choose another --port-file"));
  }
  return absl::OkStatus();
}

}  // namespace monsoon::mock_engine
