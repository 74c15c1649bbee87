// EmbeddedAgent: the sibling program `agent`, started for one run on a Unix socket that only this
// user can open. The same conversation as with a remote agent: one code path, separate processes.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "controller/io/agents/agent_target.h"
#include "controller/io/agents/sibling_process.h"

namespace monsoon {

class EmbeddedAgent {
 public:
  // `arguments` are added to the agent's command line; with `core` it runs on that CPU alone;
  // `inherited_file` stays open for as long as it lives.
  // NOT_FOUND when there is no `agent` beside this program; UNAVAILABLE when it does not come up
  // within 10 s.
  static absl::StatusOr<std::unique_ptr<EmbeddedAgent>> Start(
      const std::vector<std::string>& arguments, std::optional<int> core = std::nullopt,
      int inherited_file = -1);
  // Ends the process (SIGTERM, after 5 s SIGKILL) and removes the socket.
  ~EmbeddedAgent();
  EmbeddedAgent(const EmbeddedAgent&) = delete;
  EmbeddedAgent& operator=(const EmbeddedAgent&) = delete;

  AgentTarget target() const;
  pid_t pid() const { return process_->pid(); }
  // Whether the process has ended by itself.
  bool HasEnded() { return process_->HasEnded(); }

 private:
  EmbeddedAgent() = default;
  absl::Status MakeDirectory();
  absl::Status AwaitSocket();

  std::string directory_;
  std::unique_ptr<SiblingProcess> process_;
};

}  // namespace monsoon
