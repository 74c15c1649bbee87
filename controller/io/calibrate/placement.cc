#include "controller/io/calibrate/placement.h"

#include <sched.h>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

cpu_set_t AllowedCpus() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  sched_getaffinity(0, sizeof(allowed), &allowed);
  return allowed;
}

absl::Status CheckCore(const std::optional<int>& core, std::string_view flag) {
  if (!core) return absl::OkStatus();
  const cpu_set_t allowed = AllowedCpus();
  if (*core >= 0 && *core < CPU_SETSIZE && CPU_ISSET(*core, &allowed)) return absl::OkStatus();
  return absl::InvalidArgumentError(StrCat(flag, " ", *core,
                                           ": this process may not use that CPU; `taskset -cp $$` "
                                           "lists those that it may"));
}

absl::StatusOr<Placement> PlaceOnFirstTwo() {
  const cpu_set_t allowed = AllowedCpus();
  Placement placement;
  for (int core = 0; core < CPU_SETSIZE && !placement.engine_core; ++core) {
    if (!CPU_ISSET(core, &allowed)) continue;
    (placement.agent_core ? placement.engine_core : placement.agent_core) = core;
  }
  if (placement.engine_core) return placement;
  return absl::FailedPreconditionError(
      "--pin needs two CPUs, one for the agent and one for the engine; leave it out");
}

}  // namespace

absl::StatusOr<Placement> ChoosePlacement(const Placement& asked, bool pin) {
  if (pin && (asked.agent_core || asked.engine_core)) {
    return absl::InvalidArgumentError(
        "--pin chooses the CPUs itself; leave it out, or --agent-core and --engine-core");
  }
  if (pin) return PlaceOnFirstTwo();
  RETURN_IF_ERROR(CheckCore(asked.agent_core, "--agent-core"));
  RETURN_IF_ERROR(CheckCore(asked.engine_core, "--engine-core"));
  if (asked.agent_core && asked.agent_core == asked.engine_core) {
    return absl::InvalidArgumentError(
        "--agent-core and --engine-core name the same CPU; the engine would disturb the agent");
  }
  return asked;
}

void PlaceThisProcess(const Placement& placement) {
  if (!placement.agent_core) return;
  cpu_set_t rest = AllowedCpus();
  CPU_CLR(*placement.agent_core, &rest);
  if (CPU_COUNT(&rest) > 0) sched_setaffinity(0, sizeof(rest), &rest);
}

}  // namespace monsoon
