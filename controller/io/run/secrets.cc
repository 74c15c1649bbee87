#include "controller/io/run/secrets.h"

#include <cstdlib>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>

#include "common/base/str_cat.h"
#include "controller/io/scenario/env_expansion.h"

namespace monsoon {

absl::StatusOr<Secret> ReadApiKey(const EngineSpec& engine) {
  if (!engine.api_key_env.empty()) {
    const char* value = std::getenv(engine.api_key_env.c_str());
    if (value != nullptr && *value != '\0') return Secret(value);
    return absl::FailedPreconditionError(
        StrCat("engine ", engine.name, ": the environment variable ", engine.api_key_env,
               " (api_key_env) is not set; export it before the run"));
  }
  if (engine.api_key_file.empty()) return Secret();
  std::ifstream file(engine.api_key_file);
  std::stringstream content;
  if (!file || !(content << file.rdbuf())) {
    return absl::FailedPreconditionError(StrCat("engine ", engine.name, ": the file ",
                                                engine.api_key_file,
                                                " (api_key_file) cannot be read"));
  }
  std::string key = content.str();
  key.erase(key.find_last_not_of(" \t\r\n") + 1);
  if (key.empty()) {
    return absl::FailedPreconditionError(StrCat("engine ", engine.name, ": the file ",
                                                engine.api_key_file,
                                                " (api_key_file) holds no key"));
  }
  return Secret(std::move(key));
}

std::vector<std::string> SecretVariables(const Scenario& scenario) {
  std::set<std::string> names = {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "MODELSCOPE_API_TOKEN"};
  for (const CaseSpec& spec : scenario.cases) {
    if (!spec.engine.api_key_env.empty()) names.insert(spec.engine.api_key_env);
    for (const SecretHeader& header : spec.engine.headers) {
      // Expanded without an error when the scenario was read; here only the names matter.
      static_cast<void>(ExpandText(header.written, [&names](const std::string& name) {
        names.insert(name);
        return std::optional<std::string>("");
      }));
    }
  }
  return {names.begin(), names.end()};
}

void ForgetVariables(const std::vector<std::string>& names) {
  for (const std::string& name : names) unsetenv(name.c_str());
}

}  // namespace monsoon
