#include "controller/io/agents/agent_target.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

std::string AddressText(const addrinfo& entry) {
  char text[INET6_ADDRSTRLEN] = {};
  const void* bytes =
      entry.ai_family == AF_INET
          ? static_cast<const void*>(&reinterpret_cast<sockaddr_in*>(entry.ai_addr)->sin_addr)
          : static_cast<const void*>(&reinterpret_cast<sockaddr_in6*>(entry.ai_addr)->sin6_addr);
  inet_ntop(entry.ai_family, bytes, text, sizeof(text));
  return text;
}

bool IsLoopback(const addrinfo& entry) {
  if (entry.ai_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(entry.ai_addr);
    return (ntohl(v4->sin_addr.s_addr) >> 24) == 127;
  }
  return IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6*>(entry.ai_addr)->sin6_addr);
}

AgentTarget MakeTarget(const addrinfo& entry, const std::string& host, int port) {
  const std::string address = AddressText(entry);
  const bool v4 = entry.ai_family == AF_INET;
  const std::string joined = v4 ? StrCat(address, ":", port) : StrCat("[", address, "]:", port);
  return {.name = joined,
          .grpc = StrCat(v4 ? "ipv4:" : "ipv6:", joined),
          .local = IsLoopback(entry),
          .host = host,
          .address = address,
          .port = port};
}

void AddNew(AgentTarget target, std::vector<AgentTarget>& targets) {
  const bool known = std::any_of(targets.begin(), targets.end(), [&](const AgentTarget& other) {
    return other.grpc == target.grpc;
  });
  if (!known) targets.push_back(std::move(target));
}

absl::Status Unexpected(std::string_view text) {
  return absl::InvalidArgumentError(
      StrCat("agent '", text, "': expected HOST:PORT or unix:PATH, such as load1:7070"));
}

}  // namespace

absl::StatusOr<std::vector<AgentTarget>> ResolveAgents(std::string_view text) {
  absl::string_view rest = ToAbsl(text);
  if (absl::ConsumePrefix(&rest, "unix:")) {
    if (rest.empty()) return Unexpected(text);
    return std::vector<AgentTarget>{{std::string(text), std::string(text), true}};
  }
  const size_t colon = rest.rfind(':');
  int port = 0;
  if (colon == absl::string_view::npos || colon == 0 ||
      !absl::SimpleAtoi(rest.substr(colon + 1), &port) || port < 1 || port > 65535) {
    return Unexpected(text);
  }
  std::string host(rest.substr(0, colon));
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }

  const addrinfo hints{.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
  addrinfo* list = nullptr;
  if (const int error = getaddrinfo(host.c_str(), nullptr, &hints, &list); error != 0) {
    return absl::NotFoundError(StrCat("agent '", text, "': the host name does not resolve here (",
                                      gai_strerror(error), "); check its spelling"));
  }
  const AddressList owner(list, &freeaddrinfo);
  // A host with both families is one agent, not two.
  bool has_v4 = false;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    has_v4 = has_v4 || entry->ai_family == AF_INET;
  }
  std::vector<AgentTarget> targets;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_family != (has_v4 ? AF_INET : AF_INET6)) continue;
    // A hosts file may give an address twice.
    AddNew(MakeTarget(*entry, host, port), targets);
  }
  if (targets.size() == 1) targets.front().name = std::string(text);
  return targets;
}

absl::StatusOr<std::vector<AgentTarget>> ResolveAllAgents(const std::vector<std::string>& texts) {
  std::vector<AgentTarget> all;
  for (const std::string& text : texts) {
    ASSIGN_OR_RETURN(const std::vector<AgentTarget> targets, ResolveAgents(text));
    for (const AgentTarget& target : targets) AddNew(target, all);
  }
  return all;
}

}  // namespace monsoon
