// A bad network on loopback, for tests (relay.h):
//
//   tcp_relay --to HOST:PORT [--listen PORT] [--port-file PATH] [--seed N]
//
// Reads commands from stdin (relay_commands.h) and answers each with a line: "ok", what was asked
// for, or "error: ...". Goes on when stdin ends; ends on SIGTERM and SIGINT.
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"

#include "tests/tools/relay/relay.h"
#include "tests/tools/relay/relay_commands.h"

namespace {

volatile sig_atomic_t ending = 0;

int64_t NowNs() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

// Under its final name only once it is whole.
void WritePort(const std::string& path, int port) {
  std::ofstream(path + ".part") << port << "\n";
  std::filesystem::rename(path + ".part", path);
}

void ObeyLines(monsoon::Relay& relay, std::string& input) {
  for (size_t end; (end = input.find('\n')) != std::string::npos; input.erase(0, end + 1)) {
    const auto answer = monsoon::ObeyRelayCommand(relay, input.substr(0, end), NowNs());
    if (answer.ok()) {
      std::cout << *answer << std::endl;
    } else {
      std::cout << "error: " << answer.status().message() << std::endl;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"A TCP relay that delays, throttles and cuts what it forwards."};
  std::string target;
  std::string port_file;
  int port = 0;
  uint64_t seed = 1;
  app.add_option("--to", target, "HOST:PORT (IPv4)")->required();
  app.add_option("--listen", port, "On 127.0.0.1; 0: any free port");
  app.add_option("--port-file", port_file, "Written when ready");
  app.add_option("--seed", seed, "Of the jitter");
  CLI11_PARSE(app, argc, argv);

  struct sigaction action {};
  action.sa_handler = [](int) { ending = 1; };
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);

  const size_t colon = target.rfind(':');
  const int target_port = colon == std::string::npos ? 0 : std::atoi(target.c_str() + colon + 1);
  monsoon::Relay relay(seed);
  const absl::Status status = relay.Listen(port, target.substr(0, colon), target_port);
  if (!status.ok()) {
    std::cerr << "tcp_relay: " << status.message() << "\n";
    return 1;
  }
  if (!port_file.empty()) WritePort(port_file, relay.port());

  std::string input;
  int commands = STDIN_FILENO;
  while (ending == 0) {
    if (!relay.Turn(100, commands)) continue;
    char bytes[4096];
    const ssize_t got = read(commands, bytes, sizeof(bytes));
    if (got <= 0) {
      commands = -1;
    } else {
      input.append(bytes, static_cast<size_t>(got));
      ObeyLines(relay, input);
    }
  }
  return 0;
}
