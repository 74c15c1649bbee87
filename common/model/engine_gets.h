// The read-only GETs that a preflight may send to an engine: its health, version and models. The
// list is compiled in and goes by the engine type that the scenario names; nothing outside it is
// ever asked for, because some engines shut down, sleep or empty their caches on a GET
// (wire-protocol reference, section 3.6). Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace monsoon {

enum class EngineGetKind : uint8_t {
  kHealth = 0,  // 200: ready
  kVersion,     // of the server, and what else it says of itself
  kModels,      // what it serves
  kModelReady,  // whether it serves the model that the URL names
};

struct EngineGet {
  EngineGetKind kind = EngineGetKind::kHealth;
  std::string target;  // path of the request, "/v1/models"

  friend bool operator==(const EngineGet&, const EngineGet&) = default;
};

// The GETs for an engine of `type` whose requests go to `url`, in the order in which they are sent.
// They stand under the same prefix as the route: of http://host/team/v1/chat/completions they are
// /team/v1/models and so on; the URL's query is left out. Empty when the URL's path is none that
// the type's routes are known by: where the server's root is, is not known then.
std::vector<EngineGet> EngineGets(std::string_view type, std::string_view url);

// Whether the list has an entry for `type`, be it an empty one.
bool KnowsEngineGets(std::string_view type);

}  // namespace monsoon
