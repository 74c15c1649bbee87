// Download: brings the bytes of one file into a PartialFile, through as many attempts as it takes
// and RetryPlan allows. Each attempt goes on where the last one ended. Blocking; one thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "controller/core/hub/file_identity.h"
#include "controller/core/hub/hub_file.h"
#include "controller/core/hub/transfer_progress.h"
#include "controller/io/hub/hub_context.h"
#include "controller/io/hub/partial_file.h"

namespace monsoon {

class Download {
 public:
  // `partial` holds a beginning of the file, maybe none of it. All outlive the download.
  Download(const HubContext& context, const HubFile& file, const FileIdentity& identity,
           PartialFile& partial)
      : context_(context), file_(file), identity_(identity), partial_(partial) {}

  // OK: everything is there, unchecked. CANCELLED: the user stopped it. UNAVAILABLE: given up after
  // several attempts. In all three, and when the disk is full, what came is kept. Else as
  // HubRefusal and PartialFile, or FAILED_PRECONDITION for a server that sends something else.
  absl::Status Run();

 private:
  class Sink;
  struct Outcome;

  Outcome Attempt();
  Outcome Judge(const HubAnswer& answer, const Sink& sink);
  std::vector<std::string> RangeHeaders() const;
  absl::Status Wait(int64_t seconds, const absl::Status& reason);
  std::string Kept() const;
  void Show();
  std::string ProgressLine() const;

  const HubContext& context_;
  const HubFile& file_;
  const FileIdentity& identity_;
  PartialFile& partial_;
  RateMeter rate_;
};

}  // namespace monsoon
