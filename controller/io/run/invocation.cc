#include "controller/io/run/invocation.h"

#include <nlohmann/json.hpp>

#include "common/base/str_cat.h"

namespace monsoon {

using Json = nlohmann::json;

std::string InvocationToJson(const RunInvocation& invocation) {
  const Json json = {{"agents", invocation.agents},
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
    invocation.allow_targets = json.value("allow_targets", invocation.allow_targets);
    invocation.embedded_threads = json.value("embedded_threads", invocation.embedded_threads);
    invocation.preflight = json.value("preflight", invocation.preflight);
    return invocation;
  } catch (const Json::exception& error) {
    return absl::DataLossError(StrCat("runs.invocation is damaged: ", error.what()));
  }
}

}  // namespace monsoon
