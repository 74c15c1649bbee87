// --api and --url: which engine type of ours, and where.
#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"

#include "common/base/nearest_name.h"
#include "common/base/str_cat.h"
#include "common/model/engine_type.h"
#include "controller/core/evalscope/parts.h"
#include "controller/core/scenario/engine_url.h"

namespace monsoon {
namespace {

constexpr char kLocalUrl[] = "http://127.0.0.1:8877/v1/chat/completions";

struct Api {
  std::string_view name;   // what --api says
  std::string_view type;   // ours
  std::string_view route;  // ours, where the URL may not tell
  std::string_view end;    // what evalscope appends to a URL
};

constexpr std::array<Api, 13> kApis = {{
    {"openai", "openai", "", "chat/completions"},
    {"local", "openai", "", "chat/completions"},
    {"local_vllm", "vllm", "", "chat/completions"},
    {"openai_responses", "openai", "responses", "responses"},
    {"openai_response", "openai", "responses", "responses"},
    {"responses", "openai", "responses", "responses"},
    {"openai_embedding", "openai", "embeddings", "embeddings"},
    {"embedding", "openai", "embeddings", "embeddings"},
    {"openai_rerank", "openai", "rerank", "rerank"},
    {"rerank", "openai", "rerank", "rerank"},
    {"dashscope", "dashscope", "", ""},
    {"custom", "custom", "", ""},
    {"triton", "triton", "", ""},
}};

// Ports that one engine alone has by default.
struct Port {
  std::string_view port;
  std::string_view type;
  std::string_view name;
};
constexpr std::array<Port, 3> kPorts = {{
    {":23333/", "lmdeploy", "LMDeploy"},
    {":11434/", "ollama", "Ollama"},
    {":30000/", "sglang", "SGLang"},
}};

std::string ApiName(const EvalscopeCommand& command) {
  return command.Value("--api").value_or("openai");
}

const Api* ApiOfName(std::string_view name) {
  const auto api = std::find_if(kApis.begin(), kApis.end(),
                                [name](const Api& each) { return each.name == name; });
  return api == kApis.end() ? nullptr : &*api;
}

const Api* FindApi(ScenarioDraft& draft) {
  const std::string name = ApiName(draft.command());
  if (const Api* const api = ApiOfName(name)) return api;
  std::vector<std::string> known;
  for (const Api& each : kApis) known.emplace_back(each.name);
  const std::optional<std::string> nearest = NearestName(name, known);
  draft.Problem(StrCat("--api is '", name, "': expected one of ", absl::StrJoin(known, ", "),
                       nearest ? StrCat("; did you mean '", *nearest, "'?") : "",
                       " (a plugin of your own has no counterpart: describe its request and answer "
                       "with `type: custom`)"));
  return nullptr;
}

// Without user:password@ and without parameters whose name says that they are secret.
std::string WithoutSecrets(std::string_view url) {
  const size_t scheme = url.find("://");
  const size_t host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const size_t path = std::min(url.find_first_of("/?", host), url.size());
  const size_t at = url.substr(0, path).rfind('@');
  std::string out(url.substr(0, host));
  const size_t query = std::min(url.find('?'), url.size());
  const size_t from = at == std::string_view::npos ? host : at + 1;
  out.append(url.substr(from, query - std::min(from, query)));
  std::string_view fields = url.substr(query);
  char separator = '?';
  while (!fields.empty()) {
    fields.remove_prefix(1);
    const std::string_view field = fields.substr(0, fields.find('&'));
    fields.remove_prefix(field.size());
    if (IsSecretName(field.substr(0, field.find('=')))) continue;
    out += separator;
    out.append(field);
    separator = '&';
  }
  return out;
}

bool EndsWithRoute(std::string_view url) {
  static constexpr std::array<std::string_view, 6> kEnds = {
      "chat/completions", "completions", "responses", "embeddings", "reranks", "rerank"};
  return std::any_of(kEnds.begin(), kEnds.end(),
                     [url](std::string_view end) { return url.ends_with(end); });
}

// "http://host:port" and no more.
bool IsBare(std::string_view url) {
  const size_t scheme = url.find("://");
  return scheme != std::string_view::npos &&
         url.find_first_of("/?", scheme + 3) == std::string_view::npos;
}

void CompleteUrl(const Api& api, EngineChoice& choice) {
  if (api.end.empty() || EndsWithRoute(choice.url) || IsTritonUrl(choice.url)) return;
  while (choice.url.ends_with('/')) choice.url.pop_back();
  if (IsBare(choice.url)) {
    choice.url_comment = StrCat("evalscope appends ", api.end,
                                " without /v1, and so it is here. Most engines serve ", choice.url,
                                "/v1/", api.end, " instead: write that if this one answers 404.");
  }
  choice.url += StrCat("/", api.end);
  choice.url_remark = StrCat("--url; evalscope appends ", api.end);
}

void ChooseType(const Api& api, EngineChoice& choice) {
  choice.type = std::string(api.type);
  choice.route = std::string(api.route);
  choice.remark = StrCat("--api ", api.name);
  if (api.type != "openai") return;
  if (IsTritonUrl(choice.url)) {
    choice.type = "triton";
    choice.remark = "by its URL";
    return;
  }
  for (const Port& port : kPorts) {
    if (choice.url.find(port.port) == std::string::npos) continue;
    if (FindEngineRoute(port.type, api.route) == nullptr) continue;
    choice.type = std::string(port.type);
    choice.remark = StrCat("by its port, ", port.name, "'s own; else openai");
    return;
  }
  choice.remark += "; name the engine itself (vllm, ...) where you can";
}

void CheckUrl(const EngineChoice& choice, ScenarioDraft& draft) {
  const absl::StatusOr<std::string> url = ResolveEngineUrl(choice.url, "/");
  if (!url.ok()) {
    draft.Problem(StrCat("--url is '", choice.url, "': ", ToStd(url.status().message())));
  }
}

}  // namespace

bool GeneratesNoText(const EvalscopeCommand& command) {
  if (IsCustomEngine(command)) return false;
  const Api* const api = ApiOfName(ApiName(command));
  if (api == nullptr || api->type != "openai") return false;
  if (!api->route.empty()) return api->route == "embeddings" || api->route == "rerank";
  const std::string url = command.Value("--url").value_or("");
  const std::string_view path = std::string_view(url).substr(0, url.find('?'));
  return path.ends_with("/embeddings") || path.ends_with("/rerank");
}

EngineChoice ChooseEngine(ScenarioDraft& draft) {
  EngineChoice choice;
  const Api* const api = FindApi(draft);
  const std::optional<std::string> url = draft.command().Value("--url");
  if (!url && !draft.command().is_new) draft.Problem("--url is missing: expected the engine's URL");
  if (api == nullptr || (!url && !draft.command().is_new)) return choice;
  choice.url = url.value_or(kLocalUrl);
  choice.url_remark = url ? "--url" : "evalscope perf's default";
  if (UrlHasSecret(choice.url)) {
    choice.url = WithoutSecrets(choice.url);
    draft.Note("--url: it carried a secret, which is left out; name a key with api_key_env");
  }
  if (draft.command().is_new) CompleteUrl(*api, choice);
  CheckUrl(choice, draft);
  // DashScope's other API is OpenAI's.
  const bool compatible = absl::StrContains(choice.url, "/compatible-mode/");
  ChooseType(api->name == "dashscope" && compatible ? kApis.front() : *api, choice);
  if (api->name == "local" || api->name == "local_vllm") {
    draft.Note(StrCat("--api ", api->name,
                      ": Monsoon starts no engine, so that it takes no part of the machine; start "
                      "the server, and name it in engine.url"));
  }
  if (IsCustomEngine(draft.command())) choice.type = "custom";
  return choice;
}

}  // namespace monsoon
