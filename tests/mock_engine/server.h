// The whole engine: listeners, one loop per thread, the log. Also usable inside a test's process.
//
//   absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(std::move(options));
//   ... server->addresses()[0].port ...
//   std::string summary = (*server)->Stop();
//
// Start() and Stop() are called by one thread, the owner. The destructor stops a running server.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"

#include "tests/mock_engine/engine.h"
#include "tests/mock_engine/event_loop.h"
#include "tests/mock_engine/listener.h"
#include "tests/mock_engine/tls.h"

namespace monsoon::mock_engine {

struct ServerOptions {
  EngineOptions engine;
  std::vector<ListenAddress> listen;  // at least one; they are doors of one and the same engine
  std::string log_path;               // "": no log
  std::string request_log_path;       // "": none
  std::optional<Certificate> tls;     // absent: plain HTTP
  std::string tls_authority_path;     // "": not written
  int threads = 1;                    // more than one only without a limit of slots
};

class Server {
 public:
  static absl::StatusOr<std::unique_ptr<Server>> Start(ServerOptions options);
  ~Server();

  // Where it listens, with the real ports, in the order of the options.
  const std::vector<ListenAddress>& addresses() const { return addresses_; }

  // Closes everything, finishes the log and returns the summary, one line of JSON.
  std::string Stop();

 private:
  Server() = default;

  absl::Status OpenLogs(const ServerOptions& options);
  void StopLoops();
  std::string Summary() const;

  LoopShared shared_;
  std::vector<ListenAddress> addresses_;
  std::vector<std::unique_ptr<EventLoop>> loops_;
  std::vector<std::thread> threads_;
};

}  // namespace monsoon::mock_engine
