// SimMessage: what travels between a simulated controller and a simulated agent: the messages of
// proto/monsoon/v1/agent.proto as far as they steer anything, as plain values.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "common/model/agent_case.h"
#include "common/model/item.h"
#include "controller/core/run/agent_link.h"

namespace monsoon {

struct SimHello {
  std::string run_id;
  int64_t lease_ns = 0;
  bool resume = false;
  std::string instance_id;
  uint64_t epoch = 0;
  uint64_t received_control = 0;
};
struct SimWelcome {
  std::string instance_id;
  uint64_t epoch = 0;
  bool resumed = false;
  uint64_t received_control = 0;
};
struct SimRefusal {
  bool unknown_session = false;
};
struct SimPing {
  uint64_t id = 0;
  int64_t sent_controller_ns = 0;
  int64_t lease_until_agent_ns = 0;
  uint64_t received_control = 0;
};
struct SimPong {
  PingTimes times;
  uint64_t received_control = 0;
  uint64_t received_data = 0;
};
struct SimPrepare {
  AgentCase agent_case;
};
struct SimStart {
  int32_t case_index = 0;
  int64_t start_at_agent_ns = 0;
};
struct SimRecall {
  uint64_t count = 0;
};
struct SimResize {
  int32_t case_index = 0;
  int64_t concurrency = 0;
};
struct SimFinishCase {
  int32_t case_index = 0;
};
struct SimStop {
  int32_t case_index = 0;
  StopMode mode = StopMode::kDrain;
};
struct SimEndRun {};
struct SimAttach {};
struct SimAttached {
  uint64_t received = 0;
};
struct SimItem {
  ItemId id;
};
struct SimDropItems {
  std::vector<ItemId> ids;
};
struct SimWork {
  int32_t case_index = 0;
  std::vector<WorkEntry> entries;
};
struct SimAck {
  uint64_t sequence = 0;
};

struct SimMessage {
  std::variant<SimHello, SimWelcome, SimRefusal, SimPing, SimPong, SimPrepare, SimStart, SimRecall,
               SimResize, SimFinishCase, SimStop, SimEndRun, SimAttach, SimAttached, SimItem,
               SimDropItems, SimWork, SimAck, ReadyEvent, ProgressEvent, RecalledEvent,
               RecordsEvent, CaseDoneEvent>
      body;
  uint64_t number_ = 0;

  void set_number(uint64_t number) { number_ = number; }
  uint64_t number() const { return number_; }
};

}  // namespace monsoon
