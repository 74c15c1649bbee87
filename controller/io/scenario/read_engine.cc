#include "controller/io/scenario/read_engine.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"

#include "common/base/nearest_name.h"
#include "common/base/str_cat.h"
#include "common/model/engine_type.h"
#include "common/prompt/prompt_template.h"
#include "controller/core/scenario/checks.h"
#include "controller/core/scenario/engine_url.h"
#include "controller/io/scenario/map_reader.h"
#include "controller/io/scenario/read_custom.h"
#include "controller/io/scenario/read_paths.h"
#include "controller/io/scenario/yaml_to_json.h"

namespace monsoon {
namespace {

constexpr char kNameTheSecret[] =
    "expected it to be named instead, with api_key_env: VARIABLE or api_key_file: PATH";

void ReadType(MapReader& map, std::string& type) {
  if (!map.Has("type")) {
    map.diagnostics().Add(map.mark(), StrCat("missing key 'engine.type': expected one of ",
                                             absl::StrJoin(EngineTypeNames(), ", ")));
  }
  map.ReadText("type", type);
  const YamlNode* const node = map.Find("type");
  if (node == nullptr || !node->IsScalar() || FindEngineType(type) != nullptr) return;
  const std::optional<std::string> nearest = NearestName(type, EngineTypeNames());
  std::string expected = "one of " + absl::StrJoin(EngineTypeNames(), ", ");
  if (nearest.has_value()) expected += StrCat("; did you mean '", *nearest, "'?");
  map.Complain("type", *node, expected);
}

void ReadName(MapReader& map, EngineSpec& engine) {
  engine.name = engine.type;
  map.ReadText("name", engine.name);
  const YamlNode* const node = map.Find("name");
  if (node == nullptr || !node->IsScalar()) return;
  if (const absl::Status status = CheckLabel(engine.name); !status.ok()) {
    map.Report("name", StrCat("engine.name is ", Describe(*node), ": ", status.message()));
  }
}

void ReadUrl(MapReader& map, EngineSpec& engine) {
  if (!map.Has("url")) {
    map.diagnostics().Add(map.mark(),
                          "missing key 'engine.url': expected a URL such as http://127.0.0.1:8000");
  }
  std::string written;
  map.ReadText("url", written);
  const YamlNode* const node = map.Find("url");
  if (node == nullptr || !node->IsScalar()) return;
  if (UrlHasSecret(written)) {
    map.diagnostics().AddSecret(node->mark,
                                StrCat("engine.url carries a secret: ", kNameTheSecret));
    return;
  }
  absl::StatusOr<std::string> url = ResolveEngineUrl(written, "");
  if (url.ok()) {
    engine.url = *std::move(url);
  } else {
    map.Report("url", StrCat("engine.url is ", Describe(*node), ": ", url.status().message()));
  }
}

void ReadRoute(MapReader& map, EngineSpec& engine) {
  map.ReadText("route", engine.route);
  const EngineType* const type = FindEngineType(engine.type);
  if (type == nullptr) return;
  const YamlNode* const node = map.Find("route");
  if (node == nullptr) {
    engine.route = InferEngineRoute(*type, EngineUrlPath(engine.url)).name;
  } else if (node->IsScalar() &&
             (engine.route.empty() || FindEngineRoute(engine.type, engine.route) == nullptr)) {
    const std::vector<std::string> names = EngineRouteNames(*type);
    const std::optional<std::string> nearest = NearestName(engine.route, names);
    std::string expected =
        StrCat("a route of type ", engine.type, ": ", absl::StrJoin(names, ", "));
    if (nearest.has_value()) expected += StrCat("; did you mean '", *nearest, "'?");
    map.Complain("route", *node, expected);
  }
}

void ReadPrompt(MapReader& map, EngineSpec& engine) {
  map.ReadText("prompt_template", engine.prompt_template);
  map.ReadText("system_prompt", engine.system_prompt);
  const EngineRoute* const route = FindEngineRoute(engine.type, engine.route);
  if (route == nullptr) return;
  const YamlNode* const node = map.Find("prompt_template");
  if (node != nullptr && node->IsScalar()) {
    const absl::Status known = CheckPromptTemplate(engine.prompt_template);
    if (!known.ok()) {
      map.Complain("prompt_template", *node,
                   std::string(known.message().substr(std::string_view("expected ").size())));
    } else if (!TakesRawPrompt(route->dialect)) {
      map.Report("prompt_template",
                 StrCat("engine.prompt_template is given, and route ", route->name,
                        TakesChat(route->dialect) ? " sends chat messages, which the engine itself "
                                                    "puts together"
                                                  : " sends no prompt",
                        ": expected it on a route for raw prompts only"));
    }
  }
  const bool has_place = TakesRawPrompt(route->dialect) || TakesChat(route->dialect);
  if (map.Has("system_prompt") && !has_place) {
    map.Report("system_prompt", StrCat("engine.system_prompt is given, and route ", route->name,
                                       " sends no prompt: expected it on other routes only"));
  }
}

void ReadApiKey(MapReader& map, const ScenarioSource& source, EngineSpec& engine) {
  map.ReadText("api_key_env", engine.api_key_env);
  const YamlNode* const node = map.Find("api_key_env");
  if (node != nullptr && node->IsScalar()) {
    if (!IsEnvName(engine.api_key_env)) {
      map.diagnostics().AddSecret(
          node->mark,
          "engine.api_key_env is no variable's name (not shown, in case it is the key itself): "
          "expected letters, digits and _");
    } else if (source.paths && !source.env(engine.api_key_env).has_value()) {
      map.Complain("api_key_env", *node, "a variable that is set; export the key in it");
    }
  }
  ReadPath(map, "api_key_file", WantedPath::kFile, source, engine.api_key_file);
  if (map.Has("api_key_env") && map.Has("api_key_file")) {
    map.Report("api_key_file", "engine has api_key_env and api_key_file: expected one of them");
  }
}

bool CheckHeader(const YamlNode::Entry& entry, const EngineSpec& engine, Diagnostics& diagnostics) {
  const std::string name = QuoteForMessage(entry.key);
  if (IsSecretName(entry.key)) {
    diagnostics.AddSecret(entry.key_mark,
                          StrCat("header ", name, " carries a secret: ", kNameTheSecret));
    return false;
  }
  if (const absl::Status status = CheckHeaderName(entry.key); !status.ok()) {
    diagnostics.Add(entry.key_mark, StrCat("header ", name, ": ", status.message()));
    return false;
  }
  for (const SecretHeader& known : engine.headers) {
    if (!absl::EqualsIgnoreCase(known.name, entry.key)) continue;
    diagnostics.Add(entry.key_mark, StrCat("header ", name, " comes twice: expected it once"));
    return false;
  }
  if (!entry.value.IsScalar()) {
    diagnostics.Add(entry.value.mark,
                    StrCat("header ", name, " is ", Describe(entry.value), ": expected a text"));
    return false;
  }
  if (const absl::Status status = CheckHeaderValue(entry.value.scalar); !status.ok()) {
    diagnostics.Add(entry.value.mark, StrCat("header ", name, ": ", status.message()));
    return false;
  }
  return true;
}

void ReadHeaders(MapReader& map, EngineSpec& engine) {
  const YamlNode* const node = map.Find("headers");
  if (node == nullptr) return;
  if (!node->IsMap()) return map.Complain("headers", *node, "a mapping {Name: value}");
  for (const YamlNode::Entry& entry : node->entries) {
    if (entry.value.IsBroken() || !CheckHeader(entry, engine, map.diagnostics())) continue;
    engine.headers.emplace_back(entry.key, entry.value.scalar, entry.value.written);
  }
}

void ReadExtraBody(MapReader& map, EngineSpec& engine) {
  const YamlNode* const node = map.Find("extra_body");
  if (node == nullptr) return;
  if (!node->IsMap()) return map.Complain("extra_body", *node, "a mapping, sent as JSON");
  if (!node->entries.empty()) engine.extra_body_json = YamlToJson(*node);
}

}  // namespace

EngineSpec ReadEngine(const YamlNode& node, const ScenarioSource& source,
                      Diagnostics& diagnostics) {
  EngineSpec engine;
  MapReader map(node, "engine", diagnostics);
  if (!node.IsMap()) return engine;
  ReadType(map, engine.type);
  ReadName(map, engine);
  ReadUrl(map, engine);
  ReadRoute(map, engine);
  ReadPrompt(map, engine);
  ReadCustom(map, engine.type, engine.custom);
  ReadApiKey(map, source, engine);
  ReadHeaders(map, engine);
  ReadExtraBody(map, engine);
  map.RejectUnknownKeys();
  return engine;
}

}  // namespace monsoon
