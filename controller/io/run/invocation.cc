#include "controller/io/run/invocation.h"

#include <nlohmann/json.hpp>

#include "common/base/str_cat.h"

namespace monsoon {

using Json = nlohmann::json;

std::string InvocationToJson(const RunInvocation& invocation) {
  const Json json = {{"agents", invocation.agents},
                     {"agent_ca", invocation.security.files.ca},
                     {"agent_cert", invocation.security.files.cert},
                     {"agent_key", invocation.security.files.key},
                     {"insecure_agents", invocation.security.insecure_agents},
                     {"allow_targets", invocation.allow_targets},
                     {"embedded_threads", invocation.embedded_threads},
                     {"preflight", invocation.preflight}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::StatusOr<RunInvocation> InvocationFromJson(const std::string& text) {
  try {
    const Json json = Json::parse(text);
    RunInvocation invocation;
    invocation.agents = json.value("agents", invocation.agents);
    AgentSecurity& security = invocation.security;
    security.files.ca = json.value("agent_ca", security.files.ca);
    security.files.cert = json.value("agent_cert", security.files.cert);
    security.files.key = json.value("agent_key", security.files.key);
    security.insecure_agents = json.value("insecure_agents", security.insecure_agents);
    invocation.allow_targets = json.value("allow_targets", invocation.allow_targets);
    invocation.embedded_threads = json.value("embedded_threads", invocation.embedded_threads);
    invocation.preflight = json.value("preflight", invocation.preflight);
    return invocation;
  } catch (const Json::exception& error) {
    return absl::DataLossError(StrCat("runs.invocation is damaged: ", error.what()));
  }
}

}  // namespace monsoon
