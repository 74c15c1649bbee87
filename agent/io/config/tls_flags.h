// The agent's flags for mutual TLS, and whether they go together with where it listens.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"

#include "agent/io/config/listen_address.h"
#include "common/tls/tls_files.h"

namespace CLI {
class App;
}

namespace monsoon {

struct TlsFlags {
  TlsFiles files;
  std::vector<std::string> allow_controllers;
  bool insecure_listen = false;
};

// --tls-cert, --tls-key, --tls-ca, --allow-controller, --insecure-listen.
void AddTlsFlags(CLI::App& app, TlsFlags& flags);

// Off loopback an agent speaks mutual TLS or does not speak (design promise 5): anybody who reaches
// one that does not can make it send load. INVALID_ARGUMENT for flags that contradict each other,
// PERMISSION_DENIED for plain text on another address unless insecure_listen; both say what to do.
// With certificates the agent speaks TLS whatever insecure_listen says, which then is for metrics.
absl::Status CheckTlsFlags(const ListenAddress& address, const TlsFlags& flags);

// What an operator must be told loudly at the start; "" when all is well.
std::string PlainTextWarning(const ListenAddress& address, const TlsFlags& flags);

}  // namespace monsoon
