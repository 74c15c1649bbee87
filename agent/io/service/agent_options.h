// What an agent was told when it was started, and what it found out about its machine.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "agent/core/load/load_threads.h"
#include "agent/core/net/address_policy.h"
#include "agent/core/net/controller_list.h"
#include "agent/core/operate/agent_observer.h"
#include "agent/io/spool/spool_store.h"
#include "common/tls/tls_files.h"

namespace monsoon {

// Mutual TLS, and whom to obey over it.
struct AgentTls {
  TlsFiles files;
  ControllerList controllers;
  // Hears, in sentences for the operator, what became of files that were replaced.
  std::function<void(const std::string&)> tell = [](const std::string&) {};
};

struct AgentOptions {
  std::string hostname;
  std::string name;         // what its operator calls it; empty: the hostname
  std::string instance_id;  // new with each start of the process
  int cores = 0;            // that the process may use
  LoadThreads load_threads;
  AddressPolicy policy;
  // Where health checks are answered as well, in plain text and by themselves; empty: nowhere.
  std::string health_grpc_address;
  std::optional<AgentTls> tls;  // without: plain text, and everybody who reaches it is obeyed
  int64_t item_cache_bytes = int64_t{1} << 30;
  int64_t max_queued_work = int64_t{1} << 18;  // 15 s of 17 000 requests/s
  // Records that the controller has not acknowledged: beyond so many bytes they go to disk.
  int64_t spool_memory_bytes = int64_t{64} << 20;
  std::string spool_folder;  // empty: there is no place for them
  SpoolStore::Limits spool_limits;
  AgentObserver* observer = NoObserver();  // outlives the agent

  const std::string& display_name() const { return name.empty() ? hostname : name; }
};

}  // namespace monsoon
