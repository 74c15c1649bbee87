// AgentLink: what the controller's core may say to one agent, and AgentEvent: what it hears from
// it. controller/io/agents implements both over gRPC (proto/monsoon/v1/agent.proto); tests do it in
// memory.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "common/model/agent_case.h"
#include "common/model/item.h"
#include "common/model/probe.h"
#include "common/model/request_record.h"
#include "common/stats/log_histogram.h"
#include "controller/core/run/clock_offset.h"

namespace monsoon {

// What an agent said of itself in Welcome.
struct AgentInfo {
  std::string name;  // what this controller calls it: "host:port" or "embedded"
  std::string hostname;
  std::string version;
  std::string instance_id;
  uint64_t epoch = 0;
  int64_t load_threads = 1;
  int64_t max_concurrency = 0;
  int64_t item_cache_bytes = 0;
  int64_t max_queued_work = 0;
  std::vector<std::string> engine_types;
  bool busy = false;
  // Of interest to people only.
  std::string own_name;  // what its operator calls it
  uint32_t protocol = 0;
  std::string run_id;  // of the run that holds it
  bool draining = false;
  int64_t cores = 0;
  int64_t used_concurrency = 0;  // of max_concurrency
};

struct WorkEntry {
  uint64_t request_index = 0;
  ItemId item;
  bool warmup = false;
  int64_t intended_ns = kNever;  // open loop: when it is due, since the case's start
};

enum class StopMode { kDrain, kCancel };

// No method blocks or fails: a broken connection shows as a LostEvent. Used from the run's thread.
class AgentLink {
 public:
  virtual ~AgentLink() = default;
  virtual const AgentInfo& info() const = 0;

  virtual void Ping(uint64_t id, int64_t now_ns) = 0;
  virtual void Probe(const ProbeOrder& order) = 0;
  virtual void Prepare(const AgentCase& agent_case) = 0;
  virtual void Start(int32_t case_index, int64_t start_at_agent_ns) = 0;
  virtual void SendItem(const ItemId& id, const Item& item) = 0;
  virtual void DropItems(std::span<const ItemId> ids) = 0;
  virtual void SendWork(int32_t case_index, std::span<const WorkEntry> entries) = 0;
  virtual void Recall(uint64_t count) = 0;
  virtual void FinishCase(int32_t case_index) = 0;
  virtual void Stop(int32_t case_index, StopMode mode) = 0;
  virtual void Acknowledge(uint64_t sequence) = 0;
};

struct PongEvent {
  PingTimes times;
};
struct ProbedEvent {
  ProbeResult result;
};
struct ReadyEvent {
  int32_t case_index = 0;
  std::string error;  // empty: ready
  std::string engine_address;
};
struct ProgressEvent {
  int32_t case_index = 0;
  int64_t received = 0;
  int64_t started = 0;
  int64_t finished = 0;
  int64_t queued = 0;
  int64_t in_flight = 0;
  int64_t token_events = 0;
  int64_t starved_slot_ns = 0;
};
struct RecalledEvent {
  std::vector<uint64_t> request_indices;
};
struct RecordsEvent {
  int32_t case_index = 0;
  uint64_t sequence = 0;
  std::vector<RequestRecord> records;  // stamps since the case's start
};
struct CaseDoneEvent {
  int32_t case_index = 0;
  uint64_t last_sequence = 0;
  int64_t new_connections = 0;
  int64_t reused_connections = 0;
  double busy_share_max = 0;
  double cpu_seconds = 0;
  int64_t starved_slot_ns = 0;
  LogHistogram loop_lag_ns;
  LogHistogram kernel_lag_ns;
  LogHistogram timer_lag_ns;
  int64_t clock_step_ns = 0;
  double clock_rate_error = 0;
  std::string gave_up;
};
// Nothing more will be heard from this agent.
struct LostEvent {
  std::string reason;
};

struct AgentEvent {
  size_t agent = 0;  // index in the run's list of agents
  std::variant<PongEvent, ProbedEvent, ReadyEvent, ProgressEvent, RecalledEvent, RecordsEvent,
               CaseDoneEvent, LostEvent>
      body;
};

}  // namespace monsoon
