#include "tests/mock_engine/server.h"

#include <sys/resource.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "common/base/str_cat.h"
#include "tests/mock_engine/vocabulary.h"

namespace monsoon::mock_engine {
namespace {

double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

std::string JsonCounts(const std::map<std::string, uint64_t>& counts) {
  return StrCat("{",
                absl::StrJoin(counts, ",",
                              [](std::string* out, const auto& entry) {
                                absl::StrAppend(out, JsonString(entry.first, true), ":",
                                                entry.second);
                              }),
                "}");
}

void Merge(const std::map<std::string, uint64_t>& from, std::map<std::string, uint64_t>* into) {
  for (const auto& [name, count] : from) (*into)[name] += count;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServerOptions options) {
  if (options.threads > 1 && options.engine.slots > 0) {
    return absl::InvalidArgumentError(
        "--slots keeps one queue and so needs --threads 1; leave out one of the two");
  }
  std::unique_ptr<Server> server(new Server());
  server->shared_.options = std::move(options.engine);
  server->addresses_ = std::move(options.listen);
  absl::Status opened = server->OpenLogs(options);
  if (!opened.ok()) return opened;
  if (options.tls.has_value()) {
    absl::StatusOr<std::unique_ptr<TlsContext>> tls =
        TlsContext::Create(*options.tls, options.tls_authority_path);
    if (!tls.ok()) return tls.status();
    server->shared_.tls = *std::move(tls);
  }
  std::vector<std::vector<ScopedFd>> listeners(options.threads);
  for (ListenAddress& address : server->addresses_) {
    absl::StatusOr<std::vector<ScopedFd>> sockets = Listen(&address, options.threads);
    if (!sockets.ok()) return sockets.status();
    for (int i = 0; i < options.threads; ++i) listeners[i].push_back(std::move((*sockets)[i]));
  }
  for (std::vector<ScopedFd>& own : listeners) {
    absl::StatusOr<std::unique_ptr<EventLoop>> loop =
        EventLoop::Create(std::move(own), server->shared_);
    if (!loop.ok()) return loop.status();
    server->loops_.push_back(*std::move(loop));
  }
  for (const std::unique_ptr<EventLoop>& loop : server->loops_) {
    server->threads_.emplace_back([raw = loop.get()] { raw->Run(); });
  }
  return server;
}

absl::Status Server::OpenLogs(const ServerOptions& options) {
  if (!options.log_path.empty()) {
    absl::StatusOr<std::unique_ptr<TruthLog>> log = TruthLog::Open(options.log_path);
    if (!log.ok()) return log.status();
    shared_.log = *std::move(log);
  }
  if (!options.request_log_path.empty()) {
    absl::StatusOr<std::unique_ptr<RequestLog>> log = RequestLog::Open(options.request_log_path);
    if (!log.ok()) return log.status();
    shared_.request_log = *std::move(log);
  }
  return absl::OkStatus();
}

Server::~Server() { StopLoops(); }

std::string Server::Stop() {
  StopLoops();
  shared_.log.reset();
  return Summary();
}

void Server::StopLoops() {
  for (const std::unique_ptr<EventLoop>& loop : loops_) loop->Stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

std::string Server::Summary() const {
  LoopStats all;
  for (const std::unique_ptr<EventLoop>& loop : loops_) {
    const LoopStats& stats = loop->stats();
    all.requests += stats.requests;
    all.connections += stats.connections;
    all.tokens += stats.tokens;
    all.events += stats.events;
    all.lateness.Merge(stats.lateness);
    Merge(stats.outcomes, &all.outcomes);
    Merge(stats.other_requests, &all.other_requests);
    all.dangerous_requests += stats.dangerous_requests;
  }
  return StrCat("{\"requests\":", all.requests, ",\"connections\":", all.connections,
                ",\"tokens\":", all.tokens, ",\"events\":", all.events,
                ",\"lateness_ns\":{\"p50\":", all.lateness.Percentile(0.50),
                ",\"p99\":", all.lateness.Percentile(0.99), ",\"max\":", all.lateness.max_ns(),
                "},\"max_concurrency\":", shared_.max_in_flight.load(), ",\"cpu_s\":", CpuSeconds(),
                ",\"outcomes\":", JsonCounts(all.outcomes),
                ",\"other_requests\":", JsonCounts(all.other_requests),
                ",\"dangerous_requests\":", all.dangerous_requests, "}");
}

}  // namespace monsoon::mock_engine
