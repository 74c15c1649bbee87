// SiblingProcess: a program that lies beside this one (`agent`, `mock_engine`), run for as long as
// the object lives.
//
// The child has a process group of its own, so that Ctrl-C reaches the controller alone, and none
// of the controller's blocked signals. Blocking; use it from one thread, which must live as long as
// the child (the siblings end with it: --exit-with-parent).
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace monsoon {

struct SiblingOptions {
  std::string program;  // "agent"
  std::vector<std::string> arguments;
  std::string remedy;  // ends the sentence that it is not there: ", or ..."; may be empty
  std::string stdout_path = "/dev/null";  // created or emptied
  std::optional<int> core;                // the child may run on this CPU alone
  int inherited_file = -1;                // stays open in the child; -1: none
};

class SiblingProcess {
 public:
  // `--exit-with-parent` is added to the arguments. NOT_FOUND, naming the path, when the program is
  // not there; INVALID_ARGUMENT when this process may not use `core`.
  static absl::StatusOr<std::unique_ptr<SiblingProcess>> Start(const SiblingOptions& options);
  // Stop(), errors aside.
  ~SiblingProcess();
  SiblingProcess(const SiblingProcess&) = delete;
  SiblingProcess& operator=(const SiblingProcess&) = delete;

  pid_t pid() const { return pid_; }
  // Whether it has ended by itself.
  bool HasEnded();
  // SIGTERM, after 5 s SIGKILL. True when it ended with status 0, now or before.
  bool Stop();

 private:
  SiblingProcess() = default;
  bool Reap(int flags);

  pid_t pid_ = -1;  // -1: not there any more
  bool success_ = false;
};

}  // namespace monsoon
