// SimAgent: a simulated agent: the process, its sessions and its spool, made of the agent's real
// parts where they are pure (SessionRegistry, RecordBatcher, RecordBacklog, ResendQueue,
// CaseControl) and of plain imitations where they are not (streams, threads, files).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/core/session/record_batcher.h"
#include "agent/core/session/session_registry.h"
#include "agent/core/spool/record_backlog.h"
#include "common/session/resend_queue.h"
#include "tests/simulation/sim_case.h"
#include "tests/simulation/sim_connection.h"

namespace monsoon {

// What Collect finds of one session.
struct SimSpooled {
  std::string run_id;
  std::string instance;
  uint64_t epoch = 0;
  std::map<uint64_t, RecordsEvent> batches;  // that nobody acknowledged, by sequence
  std::vector<CaseDoneEvent> dones;
};

class SimAgent {
 public:
  SimAgent(VirtualTime* time, std::mt19937_64* random, SimEngine* engine, SimProcess* process,
           std::string name, const SimFlaws& flaws);

  // Whether a new stream would be accepted by the machine's kernel.
  bool listening() const { return process_.alive(); }
  void AcceptControl(std::shared_ptr<SimConnection> stream);
  // The Data stream of the session whose Control stream is open.
  void AcceptData(std::shared_ptr<SimConnection> stream);

  void Kill();
  void StartAgain();
  // The network's doing; `silently`: nobody is told.
  void LoseStreams(bool silently);

  enum class CollectAnswer { kLater, kNothing, kHere };
  // REQUIRES: the process runs.
  CollectAnswer Collect(const std::string& run_id, std::vector<SimSpooled>* found);

  const std::string& instance() const { return instance_; }
  SimProcess& process() { return process_; }

 private:
  struct Session {
    std::string run_id;
    uint64_t epoch = 0;
    int64_t lease_ns = 0;
    int64_t lease_until_ns = 0;
    ResendQueue<SimMessage> control_out;
    ReceivedNumbers control_in;
    ReceivedNumbers data_in;
    RecordBatcher batcher{4096};
    RecordBacklog backlog;
    std::map<uint64_t, RecordsEvent> batches;
    std::vector<CaseDoneEvent> dones;
    std::set<ItemId> items;
    std::shared_ptr<SimConnection> control;
    std::shared_ptr<SimConnection> data;
    std::shared_ptr<SimCase> load;
    ProgressEvent told;
    int64_t told_ns = 0;
  };

  void OnControl(const std::shared_ptr<SimConnection>& stream, const SimMessage& message);
  void OnHello(const std::shared_ptr<SimConnection>& stream, const SimHello& hello);
  void OnPing(const SimPing& ping);
  void OnOrder(const SimMessage& message);
  void OnData(const std::shared_ptr<SimConnection>& stream, const SimMessage& message);
  void Say(SimMessage message);
  void Repeat(uint64_t received);
  void Monitor();
  void Keep(const std::optional<SequencedBatch>& batch);
  void SendBatches();
  void EndCase();
  void ToSpool();
  void LetGo();
  int64_t now_ns() const { return process_.clock_ns(); }

  VirtualTime& time_;
  std::mt19937_64& random_;
  SimEngine& engine_;
  SimProcess& process_;
  const std::string name_;
  const SimFlaws& flaws_;
  std::string instance_;
  std::unique_ptr<SessionRegistry> registry_;
  std::unique_ptr<Session> session_;
  std::map<std::pair<std::string, uint64_t>, SimSpooled> spool_;  // survives the process
};

}  // namespace monsoon
