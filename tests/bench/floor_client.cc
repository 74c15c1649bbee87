// floor_client: the bare epoll client that the agent is compared with (floor_load.h).
//
//   floor_client --port PORT --streams N --requests R [--max-tokens T] [--prompt-bytes B]
//                [--times FILE]
//
// Prints one line of JSON: what was done and what it cost. FILE gets one CSV line per request:
// request_id,sent_ns,first_ns,done_ns,events. Exit status 1 when the engine refused a request,
// closed a connection, or answered without an event.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>

#include <CLI/CLI.hpp>

#include "tests/bench/floor_load.h"
#include "tests/mock_engine/listener.h"

namespace monsoon::bench {
namespace {

void WriteTimes(const std::string& path, const FloorResult& result) {
  std::ofstream file(path, std::ios::trunc);
  file << "request_id,sent_ns,first_ns,done_ns,events\n";
  char id[32];
  for (size_t i = 0; i < result.requests.size(); ++i) {
    const FloorRequest& request = result.requests[i];
    std::snprintf(id, sizeof(id), "floor-%09d", static_cast<int>(i));
    file << id << ',' << request.sent_ns << ',' << request.first_ns << ',' << request.done_ns << ','
         << request.events << '\n';
  }
  file.flush();
  if (!file) throw std::runtime_error("cannot write " + path);
}

void Print(const FloorOptions& options, const FloorResult& result) {
  std::printf(
      "{\"streams\":%d,\"requests\":%zu,\"seconds\":%.6f,\"events\":%lld,\"bytes\":%lld,"
      "\"reads\":%lld,\"cpu_connect_s\":%.6f,\"cpu_load_s\":%.6f,\"rss_base_bytes\":%lld,"
      "\"rss_load_bytes\":%lld}\n",
      options.streams, result.requests.size(), result.seconds,
      static_cast<long long>(result.events), static_cast<long long>(result.bytes),
      static_cast<long long>(result.reads), result.cpu_connect_s, result.cpu_load_s,
      static_cast<long long>(result.rss_base_bytes), static_cast<long long>(result.rss_load_bytes));
}

int Main(int argc, char** argv) {
  CLI::App app("The cheapest closed-loop client of streams: counts events, decodes nothing.",
               "floor_client");
  FloorOptions options;
  std::string times;
  app.add_option("--port", options.port, "Of the engine on 127.0.0.1")
      ->required()
      ->check(CLI::Range(1, 65535));
  app.add_option("--streams", options.streams, "Connections, each with one request in flight")
      ->required()
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--requests", options.requests, "Over all connections")
      ->required()
      ->check(CLI::Range(int64_t{1}, int64_t{999'999'999}));
  app.add_option("--max-tokens", options.max_tokens, "Of each answer")
      ->check(CLI::Range(int64_t{1}, int64_t{1'000'000'000}))
      ->capture_default_str();
  app.add_option("--prompt-bytes", options.prompt_bytes, "Of each request")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--times", times, "CSV with the stamps of each request")->type_name("FILE");
  CLI11_PARSE(app, argc, argv);
  mock_engine::RaiseOpenFileLimit();
  try {
    const FloorResult result = FloorLoad(options).Run();
    if (!times.empty()) WriteTimes(times, result);
    if (std::any_of(result.requests.begin(), result.requests.end(),
                    [](const FloorRequest& request) { return request.events == 0; })) {
      throw std::runtime_error("an answer had no event; look at the engine's log");
    }
    Print(options, result);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "floor_client: %s\n", error.what());
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace monsoon::bench

int main(int argc, char** argv) { return monsoon::bench::Main(argc, argv); }
