#include "common/model/engine_gets.h"

#include <algorithm>
#include <iterator>

namespace monsoon {
namespace {

using enum EngineGetKind;

struct ListedGet {
  EngineGetKind kind;
  std::string_view path;  // below the prefix; {model} is the path's segment behind the anchor
};

struct Row {
  std::string_view type;
  // What begins the part of a URL's path that is the engine's own; what comes before it is a prefix
  // of a gateway. "": this type has no GETs.
  std::string_view anchor;
  std::vector<ListedGet> gets;
};

const std::vector<Row>& Rows() {
  static const auto& rows = *new std::vector<Row>{
      {"openai", "/v1/", {{kModels, "/v1/models"}}},
      {"vllm", "/v1/", {{kHealth, "/health"}, {kVersion, "/version"}, {kModels, "/v1/models"}}},
      {"lmdeploy", "/v1/", {{kHealth, "/health"}, {kModels, "/v1/models"}}},
      {"lmdeploy", "/generate", {{kHealth, "/health"}, {kModels, "/v1/models"}}},
      {"triton",
       "/v2/models/",
       {{kHealth, "/v2/health/ready"},
        {kVersion, "/v2"},
        {kModelReady, "/v2/models/{model}/ready"}}},
      {"triton", "/v1/", {{kHealth, "/health/ready"}, {kModels, "/v1/models"}}},
      {"trtllm-serve",
       "/v1/",
       {{kHealth, "/health"}, {kVersion, "/version"}, {kModels, "/v1/models"}}},
      {"tgi", "/v1/", {{kHealth, "/health"}, {kVersion, "/info"}}},
      {"tgi", "/generate", {{kHealth, "/health"}, {kVersion, "/info"}}},
      {"deepspeed-mii", "/mii/", {{kHealth, "/healthz"}}},
      {"deepspeed-mii", "/v1/", {{kHealth, "/health"}, {kModels, "/v1/models"}}},
      {"deepspeed-mii", "/generate", {{kHealth, "/health"}}},
      {"sglang",
       "/v1/",
       {{kHealth, "/health"}, {kVersion, "/get_server_info"}, {kModels, "/v1/models"}}},
      {"sglang",
       "/generate",
       {{kHealth, "/health"}, {kVersion, "/get_server_info"}, {kModels, "/v1/models"}}},
      {"llama.cpp", "/v1/", {{kHealth, "/health"}, {kVersion, "/props"}, {kModels, "/v1/models"}}},
      {"llama.cpp",
       "/completion",
       {{kHealth, "/health"}, {kVersion, "/props"}, {kModels, "/v1/models"}}},
      {"ollama", "/api/", {{kVersion, "/api/version"}, {kModels, "/api/tags"}}},
      {"ollama", "/v1/", {{kVersion, "/api/version"}, {kModels, "/api/tags"}}},
      {"anthropic", "/v1/", {{kModels, "/v1/models"}}},
      {"azure", "", {}},
      {"dashscope", "", {}},
      {"custom", "", {}},
  };
  return rows;
}

// From the first '/' behind the host up to the query.
std::string_view PathOf(std::string_view url) {
  const size_t host = url.find("://");
  if (host == std::string_view::npos) return "";
  const size_t path = url.find('/', host + 3);
  if (path == std::string_view::npos) return "";
  url.remove_prefix(path);
  return url.substr(0, url.find_first_of("?#"));
}

std::string Target(std::string_view prefix, std::string_view path, std::string_view model) {
  constexpr std::string_view kModel = "{model}";
  std::string target(prefix);
  const size_t at = path.find(kModel);
  target.append(path.substr(0, at));
  if (at != std::string_view::npos) target.append(model).append(path.substr(at + kModel.size()));
  return target;
}

}  // namespace

std::vector<EngineGet> EngineGets(std::string_view type, std::string_view url) {
  const std::string_view path = PathOf(url);
  for (const Row& row : Rows()) {
    if (row.type != type || row.anchor.empty()) continue;
    const size_t at = path.rfind(row.anchor);
    if (at == std::string_view::npos) continue;
    const std::string_view behind = path.substr(at + row.anchor.size());
    std::vector<EngineGet> gets;
    for (const ListedGet& get : row.gets) {
      gets.push_back(
          {get.kind, Target(path.substr(0, at), get.path, behind.substr(0, behind.find('/')))});
    }
    return gets;
  }
  return {};
}

bool KnowsEngineGets(std::string_view type) {
  return std::any_of(Rows().begin(), Rows().end(),
                     [type](const Row& row) { return row.type == type; });
}

}  // namespace monsoon
