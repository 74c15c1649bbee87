// NullEngine: the sibling program `mock_engine` as the engine of one calibration step: it does
// nothing but answer on time, and writes down when it really did.
//
// Blocking; one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "controller/core/calibrate/truth_log.h"
#include "controller/io/agents/sibling_process.h"

namespace monsoon {

class NullEngine {
 public:
  // Its files go into `folder`. NOT_FOUND when there is no `mock_engine` beside this program;
  // UNAVAILABLE when it does not come up within 10 s.
  static absl::StatusOr<std::unique_ptr<NullEngine>> Start(
      const std::string& folder, const std::vector<std::string>& arguments,
      std::optional<int> core);

  const std::string& url() const { return url_; }
  // Ends it and reads its log. Once.
  absl::StatusOr<TruthLog> Finish();

 private:
  NullEngine() = default;
  absl::Status AwaitPort(const std::string& port_file);

  std::unique_ptr<SiblingProcess> process_;
  std::string log_path_;
  std::string url_;
};

}  // namespace monsoon
