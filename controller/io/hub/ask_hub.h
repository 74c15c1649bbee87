// AskHub: what a hub says of a file now, before any of it is downloaded: its size, its hash, and
// the commit that its revision stands for. Blocking; one thread.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"

#include "controller/core/hub/file_identity.h"
#include "controller/core/hub/hub_file.h"
#include "controller/io/hub/hub_context.h"

namespace monsoon {

// With `may_retry`, what may pass (UNAVAILABLE) is tried again as RetryPlan allows. Errors are
// those of HubRefusal and HttpTransfer.
absl::StatusOr<FileIdentity> AskHub(const HubContext& context, const HubFile& file, bool may_retry);

// `status` with the file's name in front, unless it has it.
absl::Status InContext(const HubFile& file, const absl::Status& status);

}  // namespace monsoon
