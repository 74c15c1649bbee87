// AgentLink: what the controller's core may say to one agent, and AgentEvent: what it hears from
// it. controller/io/agents implements both over gRPC (proto/monsoon/v1/agent.proto); tests do it in
// memory.
//
// A link is a session: one agent process and one run. Connections below it may break and be made
// again; what was said meanwhile arrives afterwards, once and in order, except pings.
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

// No method blocks or fails: what the connection does shows as ConnectionEvents. Used from the
// run's thread.
class AgentLink {
 public:
  virtual ~AgentLink() = default;
  virtual const AgentInfo& info() const = 0;

  // The lease as in Ping.lease_until_agent_ns. False: the connection is broken just now, and the
  // ping went nowhere for certain.
  virtual bool Ping(uint64_t id, int64_t now_ns, int64_t lease_until_agent_ns) = 0;
  virtual void Probe(const ProbeOrder& order) = 0;
  virtual void Prepare(const AgentCase& agent_case) = 0;
  virtual void Start(int32_t case_index, int64_t start_at_agent_ns) = 0;
  virtual void SendItem(const ItemId& id, const Item& item) = 0;
  virtual void DropItems(std::span<const ItemId> ids) = 0;
  virtual void SendWork(int32_t case_index, std::span<const WorkEntry> entries) = 0;
  virtual void Recall(uint64_t count) = 0;
  virtual void Resize(int32_t case_index, int64_t concurrency, double rate_per_s) = 0;
  virtual void FinishCase(int32_t case_index) = 0;
  virtual void Stop(int32_t case_index, StopMode mode) = 0;
  virtual void Acknowledge(uint64_t sequence) = 0;

  // Of items and work that the agent has not said it received: they are kept here until then.
  virtual int64_t backlog_bytes() const = 0;
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

// What the connection does; AgentWatch (agent_watch.h) makes the four events below of it.
struct ConnectionEvent {
  enum class Kind {
    kBroken,     // it is being made again
    kRestored,   // and the session goes on
    kBrokenOff,  // the agent spoke nonsense: no word is changed with it any more
    kDead        // the session is over for certain: its process has ended, or has forgotten it
  };
  Kind kind = Kind::kBroken;
  std::string reason;  // half a sentence, "Connection reset by peer"
};

// Nothing is heard from the agent; it may go on sending for as long as its lease lasts. `reason`
// follows the agent's name: "is silent since 3 s; its lease ends in 9 s".
struct SuspectedEvent {
  std::string reason;
};
// A suspected agent is there again, within its lease.
struct RecoveredEvent {};
// The agent sends nothing more of this case, for certain. Records of it may still come.
struct LostEvent {
  std::string reason;  // "nothing was heard from it for 13.1 s, and its lease has run out"
};
// A lost agent is there again, for the cases that follow.
struct RejoinedEvent {};

struct AgentEvent {
  size_t agent = 0;  // index in the run's list of agents; that grows when one is started again
  std::variant<PongEvent, ProbedEvent, ReadyEvent, ProgressEvent, RecalledEvent, RecordsEvent,
               CaseDoneEvent, ConnectionEvent, SuspectedEvent, RecoveredEvent, LostEvent,
               RejoinedEvent>
      body;
};

}  // namespace monsoon
