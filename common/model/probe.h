// A probe: the one request that an agent sends to an engine before any load, and what came back.
// The controller asks for it and judges it (controller/core/preflight); the agent only carries it
// out (agent/io/http/probe.h). Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/model/agent_case.h"
#include "common/model/engine_gets.h"
#include "common/model/item.h"
#include "common/model/request_record.h"

namespace monsoon {

// So much of an answer's body is kept, from its beginning.
inline constexpr size_t kMaxProbeBodyBytes = 16 << 10;
// A list of models may be long.
inline constexpr size_t kMaxProbeGetBytes = 256 << 10;

struct ProbeOrder {
  uint32_t probe_index = 0;  // counts the probes of a run, from 0
  AgentCase agent_case;      // whose engine is asked, and how
  Item item;
  std::string request_id;     // value of x-request-id
  int64_t time_limit_ns = 0;  // for the answer to the POST, its connection included; > 0
};

// What came back for one GET.
struct ProbeGet {
  EngineGetKind kind = EngineGetKind::kHealth;
  std::string target;
  int32_t http_status = 0;  // 0: no answer
  std::string body;         // at most kMaxProbeGetBytes of it
  std::string error;        // a sentence: why there is no whole answer; "": there is one

  friend bool operator==(const ProbeGet&, const ProbeGet&) = default;
};

struct ProbeResult {
  uint32_t probe_index = 0;
  // A sentence: this agent could not even try (the name does not resolve, the address is not
  // allowed, the engine lacks a parameter). The rest is empty then.
  std::string error;
  std::string engine_address;  // what the engine's name resolved to
  // Of the POST, as of any request. kCancelled: text was coming, and was not waited for to its end.
  RequestRecord record;
  std::string content_type;
  std::string server;  // header Server
  std::string body;    // at most kMaxProbeBodyBytes of it, as received
  std::vector<ProbeGet> gets;
};

}  // namespace monsoon
