// SimLink: the controller's end of a session with one simulated agent: what GrpcAgentLink does with
// connections (controller/io/agents), over SimConnections: both streams, numbers in both
// directions, dialling again after a break, and sending again what was not received.
//
// Lives in the controller's process; dies with it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/session/resend_queue.h"
#include "controller/core/run/agent_link.h"
#include "tests/simulation/sim_agent.h"
#include "tests/simulation/sim_connection.h"

namespace monsoon {

class SimLink final : public AgentLink {
 public:
  struct Place {
    VirtualTime* time = nullptr;
    std::mt19937_64* random = nullptr;
    SimProcess* controller = nullptr;
    SimAgent* agent = nullptr;
    SimNetwork* network = nullptr;
    size_t index = 0;
    std::string run_id;
    int64_t lease_ns = 0;
    AgentInfo info;
    const SimFlaws* flaws = nullptr;
  };
  // `hear` gets every event; a Welcome is told by `welcomed`.
  SimLink(Place place, std::function<void(AgentEvent)> hear);

  void Dial();
  // A connection that says nothing is given up for a new one.
  void DialAnew();
  // The controller's process has ended: the kernel closes its sockets.
  void Drop();
  void EndRun();
  bool welcomed() const { return !info_.instance_id.empty(); }

  const AgentInfo& info() const override { return info_; }
  bool Ping(uint64_t id, int64_t now_ns, int64_t lease_until_agent_ns) override;
  void Probe(const ProbeOrder&) override {}  // before the simulation's time
  void Prepare(const AgentCase& agent_case) override { Order({SimPrepare{agent_case}}); }
  void Start(int32_t case_index, int64_t at_ns) override { Order({SimStart{case_index, at_ns}}); }
  void SendItem(const ItemId& id, const Item&) override { Bulk({SimItem{id}}); }
  void DropItems(std::span<const ItemId> ids) override {
    Bulk({SimDropItems{{ids.begin(), ids.end()}}});
  }
  void SendWork(int32_t case_index, std::span<const WorkEntry> entries) override {
    Bulk({SimWork{case_index, {entries.begin(), entries.end()}}});
  }
  void Recall(uint64_t count) override { Order({SimRecall{count}}); }
  void Resize(int32_t case_index, int64_t concurrency, double) override {
    Order({SimResize{case_index, concurrency}});
  }
  void FinishCase(int32_t case_index) override { Order({SimFinishCase{case_index}}); }
  void Stop(int32_t case_index, StopMode mode) override { Order({SimStop{case_index, mode}}); }
  void Acknowledge(uint64_t sequence) override;
  int64_t backlog_bytes() const override { return static_cast<int64_t>(data_out_.kept()) * 1000; }

 private:
  using Kind = ConnectionEvent::Kind;
  std::shared_ptr<SimConnection> Open(void (SimLink::*on_message)(const SimMessage&));
  void OnControl(const SimMessage& message);
  void OnData(const SimMessage& message);
  void OnBroken(const std::string& reason);
  void CloseBoth();
  void Order(SimMessage message);
  void Bulk(SimMessage message);
  void Hear(decltype(AgentEvent::body) body) { hear_({place_.index, std::move(body)}); }

  const Place place_;
  const std::function<void(AgentEvent)> hear_;
  AgentInfo info_;
  std::shared_ptr<SimConnection> control_;
  std::shared_ptr<SimConnection> data_;
  ResendQueue<SimMessage> control_out_;
  ResendQueue<SimMessage> data_out_;
  ReceivedNumbers control_in_;
  bool attached_ = false;  // both streams are up
  bool greeted_ = false;   // Control of the present dial was welcomed
  bool over_ = false;      // dead, or the run has ended
  int dials_ = 0;
};

}  // namespace monsoon
