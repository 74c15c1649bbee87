// HubSettings: where the hubs are, who asks, and where files are kept, from the same environment
// variables that the hubs' own programs read. docs/datasets.md lists them. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "common/base/secret.h"
#include "controller/core/hub/hub_catalogue.h"
#include "controller/core/hub/hub_file.h"

namespace monsoon {

struct HubServer {
  std::string endpoint;    // "https://huggingface.co", no '/' at the end
  Secret token;            // sent to the endpoint's own origin only
  std::string token_file;  // holds the token where `token` is empty; "" or not there: none
  std::string cache_root;  // in the layout of cache_layout.h; "" when no folder is known
};

struct HubSettings {
  HubChoice choice = HubChoice::kAuto;
  bool offline = false;
  HubServer hugging_face;
  HubServer model_scope;
  // Where ModelScope's own program keeps its files, as ORG/NAME/FILE below models/ or datasets/.
  std::vector<std::string> model_scope_roots;
  int64_t stall_s = 30;           // an attempt ends after so long without a byte
  int64_t max_bytes = 2LL << 30;  // of one file
  std::string certificates;       // a file of CA certificates; "" = the system's

  const HubServer& server(Hub hub) const {
    return hub == Hub::kModelScope ? model_scope : hugging_face;
  }
  HubServer& server(Hub hub) { return hub == Hub::kModelScope ? model_scope : hugging_face; }
};

using HubEnvironment = std::function<std::optional<std::string>(const std::string& name)>;

// INVALID_ARGUMENT naming the variable whose value is no URL, number, size or choice. No message
// shows a token.
absl::StatusOr<HubSettings> ReadHubSettings(const HubEnvironment& env);

// A token without blanks around it; INVALID_ARGUMENT when it could not be a header's value.
absl::StatusOr<Secret> CleanToken(std::string text, std::string_view origin);

}  // namespace monsoon
