#include "controller/io/calibrate/null_engine.h"

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr auto kPollInterval = std::chrono::milliseconds(10);
constexpr int kStartPolls = 1000;  // 10 s

}  // namespace

absl::StatusOr<std::unique_ptr<NullEngine>> NullEngine::Start(
    const std::string& folder, const std::vector<std::string>& arguments, std::optional<int> core) {
  std::unique_ptr<NullEngine> engine(new NullEngine());
  engine->log_path_ = folder + "/truth.csv";
  const std::string port_file = folder + "/port.txt";
  SiblingOptions options{.program = "mock_engine",
                         .arguments = {"--listen", "127.0.0.1:0", "--port-file", port_file, "--log",
                                       engine->log_path_},
                         .remedy = " (`controller calibrate` measures against it)",
                         .core = core};
  options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
  ASSIGN_OR_RETURN(engine->process_, SiblingProcess::Start(options));
  RETURN_IF_ERROR(engine->AwaitPort(port_file));
  return engine;
}

absl::Status NullEngine::AwaitPort(const std::string& port_file) {
  for (int i = 0; i < kStartPolls; ++i) {
    std::ifstream file(port_file);
    if (int port = 0; file >> port) {
      url_ = StrCat("http://127.0.0.1:", port, "/v1/chat/completions");
      return absl::OkStatus();
    }
    if (process_->HasEnded()) {
      return absl::UnavailableError("the null engine ended at once; its message is above");
    }
    std::this_thread::sleep_for(kPollInterval);
  }
  return absl::UnavailableError("the null engine did not come up within 10 s");
}

absl::StatusOr<TruthLog> NullEngine::Finish() {
  if (!process_->Stop()) {
    return absl::UnavailableError("the null engine did not end well; its message is above");
  }
  std::ifstream file(log_path_, std::ios::binary);
  std::ostringstream text;
  if (!(text << file.rdbuf())) {
    return absl::UnavailableError(StrCat("cannot read the null engine's log, ", log_path_));
  }
  return ParseTruthLog(text.view());
}

}  // namespace monsoon
