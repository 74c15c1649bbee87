// record_path: what one record costs the controller on its way from an agent over gRPC into SQLite,
// and from there into the report; and how much memory that takes.
//
// A child process floods record batches over loopback TCP (flooding_agent.h); this process is the
// controller: the real GrpcAgentLink, RunDb and BuildRunReport. Every batch is committed before it
// is acknowledged, as CaseDriver does it. Prints one line of JSON.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>

#include <CLI/CLI.hpp>

#include "common/time/steady_clock.h"
#include "common/wire/convert_record.h"
#include "controller/core/run/live_stats.h"
#include "controller/io/agents/grpc_agent_link.h"
#include "controller/io/files/result_files.h"
#include "controller/io/store/run_db.h"
#include "monsoon/v1/agent.pb.h"
#include "tests/bench/flooding_agent.h"
#include "tests/bench/process_usage.h"

namespace monsoon::bench {
namespace {

struct Options {
  uint64_t records = 300'000;
  int64_t gaps = 100;
  int64_t concurrency = 1000;
  std::string folder;
  int agent_core = -1;
  int controller_core = -1;
  bool files = false;
};

void Check(const absl::Status& status) {
  if (!status.ok()) throw std::runtime_error(std::string(status.message()));
}

// Wall and CPU time, and peak of memory, from construction to Stop().
class Meter {
 public:
  Meter() { ForgetPeak(); }

  void Stop(const std::string& name, std::map<std::string, double>& out) const {
    const double cpu_s = CpuSeconds() - cpu_before_s_;
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin_;
    out[name + "_cpu_s"] = cpu_s;
    out[name + "_wall_s"] = wall.count();
    out[name + "_peak_mib"] = PeakMib();
  }

 private:
  const double cpu_before_s_ = CpuSeconds();
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

void Pin(int core) {
  if (core < 0) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  if (sched_setaffinity(0, sizeof(set), &set) != 0) throw std::runtime_error("no such core");
}

// The child process, from the fork on.
class Flood {
 public:
  Flood(const Options& options, const RecordMaker& maker) {
    int pipe_ends[2];
    if (pipe(pipe_ends) != 0) throw std::runtime_error("no pipe");
    child_ = fork();
    if (child_ < 0) throw std::runtime_error("no child process");
    if (child_ == 0) {
      Pin(options.agent_core);
      ServeFlood(maker, options.records, pipe_ends[1]);
      _exit(0);
    }
    close(pipe_ends[1]);
    if (read(pipe_ends[0], &port_, sizeof(port_)) != sizeof(port_)) {
      throw std::runtime_error("the flooding agent did not start");
    }
    close(pipe_ends[0]);
  }
  ~Flood() {
    kill(child_, SIGTERM);
    waitpid(child_, nullptr, 0);
  }

  int port() const { return port_; }

 private:
  pid_t child_ = -1;
  int port_ = 0;
};

CaseFacts Facts(const Options& options) {
  CaseFacts facts;
  facts.spec.name = "record_path";
  facts.spec.concurrency = options.concurrency;
  facts.spec.requests = facts.planned = static_cast<int64_t>(options.records);
  AgentFacts agent;
  agent.name = "flood";
  agent.loop_lag_ns.Add(10'000);
  facts.agents.push_back(agent);
  return facts;
}

// Agent -> gRPC -> decode -> SQLite -> committed -> acknowledged.
void MeasurePath(const Options& options, const Flood& flood, const std::string& path,
                 std::map<std::string, double>& out) {
  auto db = RunDb::Create(path);
  Check(db.status());
  Check((*db)->WriteRun({.run_id = "bench", .name = "record_path", .version = "bench"}));
  const SteadyClock clock;
  AgentInbox inbox;
  const AgentTarget target{"flood", "ipv4:127.0.0.1:" + std::to_string(flood.port()), true};
  const Meter meter;
  auto link = GrpcAgentLink::Connect(target, {.run_id = "bench", .clock = &clock, .inbox = &inbox});
  Check(link.status());
  LiveStats live;
  uint64_t stored = 0;
  size_t most_waiting = 0;
  while (stored < options.records) {
    const std::optional<AgentEvent> event = inbox.Pop(absl::Seconds(30));
    const auto* batch = event ? std::get_if<RecordsEvent>(&event->body) : nullptr;
    if (batch == nullptr) throw std::runtime_error("the flooding agent went away");
    most_waiting = std::max(most_waiting, inbox.size());
    Check(
        (*db)->AppendRecords({"flood", 1, batch->sequence}, 0, "bench.0.", 12'345, batch->records));
    for (const RequestRecord& record : batch->records) live.Add(record);
    (*link)->Acknowledge(batch->sequence);
    stored += batch->records.size();
  }
  meter.Stop("path", out);
  out["path_most_waiting_batches"] = static_cast<double>(most_waiting);
  Check((*db)->WriteCase(Facts(options)));
  link->reset();
  const Meter closing;
  db->reset();
  closing.Stop("close", out);
}

// The parts alone, over at most this many records.
constexpr uint64_t kPartRecords = 200'000;
constexpr uint64_t kPartBatch = 500;

void MeasureParts(const Options& options, const RecordMaker& maker, const std::string& path,
                  std::map<std::string, double>& out) {
  std::vector<RequestRecord> records(kPartBatch);
  v1::DataResponse message;
  for (uint64_t i = 0; i < kPartBatch; ++i) {
    maker.Make(i, records[i]);
    ToProto(records[i], message.mutable_record_batch()->add_records());
  }
  const std::string wire = message.SerializeAsString();
  const uint64_t batches = std::min(options.records, kPartRecords) / kPartBatch;
  out["part_records"] = static_cast<double>(batches * kPartBatch);
  out["wire_bytes_per_record"] = static_cast<double>(wire.size()) / kPartBatch;

  const Meter decoding;
  for (uint64_t i = 0; i < batches; ++i) {
    if (!message.ParseFromString(wire)) throw std::runtime_error("cannot parse");
    std::vector<RequestRecord> decoded;
    decoded.reserve(kPartBatch);
    for (const v1::RequestRecord& proto : message.record_batch().records()) {
      auto record = FromProto(proto);
      Check(record.status());
      decoded.push_back(*std::move(record));
    }
  }
  decoding.Stop("decode", out);

  auto db = RunDb::Create(path);
  Check(db.status());
  const Meter writing;
  for (uint64_t i = 0; i < batches; ++i) {
    Check((*db)->AppendRecords({"flood", 1, i + 1}, 0, "bench.0.", 12'345, records));
    for (RequestRecord& record : records) record.request_index += kPartBatch;
  }
  writing.Stop("write", out);
}

void MeasureReport(const Options& options, const std::string& path,
                   std::map<std::string, double>& out) {
  auto db = RunDb::Open(path);
  Check(db.status());
  const Meter reading;
  uint64_t seen = 0;
  Check((*db)->ForEachRecord(0, [&seen](const RequestRecord&) { ++seen; }));
  if (seen != options.records) throw std::runtime_error("records are missing");
  reading.Stop("read", out);
  const Meter reporting;
  const auto report = BuildRunReport(**db);
  Check(report.status());
  reporting.Stop("report", out);
  if (report->cases.at(0).requests.ok != static_cast<int64_t>(options.records) ||
      report->cases.at(0).itl_s.count != static_cast<int64_t>(options.records) * options.gaps) {
    throw std::runtime_error("the report does not show what was sent");
  }
  if (!options.files) return;
  const Meter files;
  Check(WriteReports(options.folder, **db).status());
  files.Stop("files", out);
}

void Run(const Options& options) {
  const RecordMaker maker(options.concurrency, options.gaps);
  const std::string path = options.folder + "/run.db";
  const std::string parts_path = options.folder + "/parts.db";
  std::map<std::string, double> out;
  {
    const Flood flood(options, maker);
    Pin(options.controller_core);
    out["base_mib"] = StatusMib("RssAnon");
    MeasurePath(options, flood, path, out);
  }
  out["db_bytes_per_record"] =
      static_cast<double>(std::filesystem::file_size(path)) / static_cast<double>(options.records);
  MeasureReport(options, path, out);
  MeasureParts(options, maker, parts_path, out);
  std::printf("{\"records\":%llu,\"gaps\":%lld", static_cast<unsigned long long>(options.records),
              static_cast<long long>(options.gaps));
  for (const auto& [name, value] : out) std::printf(",\"%s\":%.6f", name.c_str(), value);
  std::printf("}\n");
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app{"What a record costs the controller: gRPC, SQLite, report."};
  app.add_option("--records", options.records, "How many")->check(CLI::Range(1000, 100'000'000));
  app.add_option("--gaps", options.gaps, "In each record")->check(CLI::Range(1, 100'000));
  app.add_option("--concurrency", options.concurrency, "Of the closed loop that made them")
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--folder", options.folder, "Existing and empty; the databases stay there")
      ->required()
      ->check(CLI::ExistingDirectory);
  app.add_option("--agent-core", options.agent_core, "Of the flooding agent");
  app.add_option("--controller-core", options.controller_core, "Of everything else");
  app.add_flag("--files", options.files, "Also write the report files, requests.csv among them");
  CLI11_PARSE(app, argc, argv);
  try {
    Run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "record_path: %s\n", error.what());
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace monsoon::bench

int main(int argc, char** argv) { return monsoon::bench::Main(argc, argv); }
