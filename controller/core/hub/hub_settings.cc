#include "controller/core/hub/hub_settings.h"

#include <algorithm>

#include "absl/strings/ascii.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/core/hub/hub_url.h"
#include "controller/core/scenario/value_text.h"

namespace monsoon {
namespace {

constexpr int64_t kMaxStallS = 3600;

// The environment with one rule: an empty variable is an unset one.
class Variables {
 public:
  explicit Variables(const HubEnvironment& env) : env_(env) {}

  std::string Get(const std::string& name) const { return env_(name).value_or(""); }

  // The first of them that is set; "" for none.
  std::string First(std::initializer_list<const char*> names) const {
    for (const char* name : names) {
      if (std::string value = Get(name); !value.empty()) return value;
    }
    return "";
  }

  bool IsTrue(const char* name) const {
    const std::string value = absl::AsciiStrToUpper(Get(name));
    return value == "1" || value == "ON" || value == "YES" || value == "TRUE";
  }

  // A folder that a variable names, with ~ as the shell has it; "" when there is none.
  std::string Folder(const std::string& text) const {
    if (text != "~" && !text.starts_with("~/")) return text;
    const std::string home = Get("HOME");
    return home.empty() ? "" : home + text.substr(1);
  }

  std::string InHome(std::string_view rest) const {
    const std::string home = Get("HOME");
    return home.empty() ? "" : StrCat(home, "/", rest);
  }

 private:
  const HubEnvironment& env_;
};

absl::StatusOr<std::string> ReadEndpoint(const std::string& value, std::string_view variable,
                                         std::string_view standard) {
  std::string endpoint = value.empty() ? std::string(standard) : value;
  while (endpoint.ends_with('/')) endpoint.pop_back();
  if (OriginOf(endpoint).has_value() && endpoint.find_first_of("?#@ ") == endpoint.npos) {
    return endpoint;
  }
  return absl::InvalidArgumentError(StrCat("the environment variable ", variable,
                                           " is no endpoint: expected a URL such as ", standard));
}

absl::Status ReadHuggingFace(const Variables& variables, HubServer& server) {
  ASSIGN_OR_RETURN(server.endpoint, ReadEndpoint(variables.Get("HF_ENDPOINT"), "HF_ENDPOINT",
                                                 "https://huggingface.co"));
  std::string home = variables.Folder(variables.Get("HF_HOME"));
  if (home.empty()) {
    const std::string cache = variables.Folder(variables.Get("XDG_CACHE_HOME"));
    home = cache.empty() ? variables.InHome(".cache/huggingface") : cache + "/huggingface";
  }
  server.cache_root = variables.Folder(variables.First({"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"}));
  if (server.cache_root.empty() && !home.empty()) server.cache_root = home + "/hub";
  ASSIGN_OR_RETURN(server.token, CleanToken(variables.First({"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}),
                                            "the environment variable HF_TOKEN"));
  server.token_file = variables.Folder(variables.Get("HF_TOKEN_PATH"));
  if (server.token_file.empty() && !home.empty()) server.token_file = home + "/token";
  return absl::OkStatus();
}

absl::Status ReadModelScope(const Variables& variables, HubSettings& settings) {
  HubServer& server = settings.model_scope;
  std::string endpoint = variables.Get("MODELSCOPE_ENDPOINT");
  if (endpoint.empty()) {
    endpoint = variables.Get("MODELSCOPE_DOMAIN");  // older, without https://
    if (!endpoint.empty() && endpoint.find("://") == endpoint.npos) {
      endpoint = "https://" + endpoint;
    }
  }
  ASSIGN_OR_RETURN(server.endpoint,
                   ReadEndpoint(endpoint, "MODELSCOPE_ENDPOINT", "https://www.modelscope.cn"));
  std::string cache = variables.Folder(variables.Get("MODELSCOPE_CACHE"));
  if (cache.empty()) cache = variables.InHome(".cache/modelscope");
  if (!cache.empty()) {
    server.cache_root = cache + "/monsoon";
    settings.model_scope_roots = {cache, cache + "/hub"};
  }
  ASSIGN_OR_RETURN(server.token, CleanToken(variables.Get("MODELSCOPE_API_TOKEN"),
                                            "the environment variable MODELSCOPE_API_TOKEN"));
  std::string home = variables.Folder(variables.Get("MODELSCOPE_HOME"));
  if (home.empty()) home = variables.InHome(".modelscope");
  if (!home.empty()) server.token_file = home + "/token";
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Secret> CleanToken(std::string text, std::string_view origin) {
  absl::StripAsciiWhitespace(&text);
  const bool clean = std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c)) && c != ';';
  });
  if (clean) return Secret(std::move(text));
  return absl::InvalidArgumentError(
      StrCat(origin, " holds no token (not shown): expected one word of letters and digits"));
}

absl::StatusOr<HubSettings> ReadHubSettings(const HubEnvironment& env) {
  const Variables variables(env);
  HubSettings settings;
  RETURN_IF_ERROR(ReadHuggingFace(variables, settings.hugging_face));
  RETURN_IF_ERROR(ReadModelScope(variables, settings));
  settings.offline = variables.IsTrue("HF_HUB_OFFLINE") || variables.IsTrue("TRANSFORMERS_OFFLINE");
  settings.certificates =
      variables.First({"SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"});
  if (const std::string text = variables.Get("MONSOON_HUB"); !text.empty()) {
    const std::optional<HubChoice> choice = HubChoiceFromName(text);
    if (!choice.has_value()) {
      return absl::InvalidArgumentError(
          StrCat("the environment variable MONSOON_HUB is '", text, "': expected auto, hf or ms"));
    }
    settings.choice = *choice;
  }
  if (const std::string text = variables.Get("HF_HUB_DOWNLOAD_TIMEOUT"); !text.empty()) {
    const std::optional<int64_t> seconds = ParseWholeNumber(text);
    if (!seconds.has_value() || *seconds < 1 || *seconds > kMaxStallS) {
      return absl::InvalidArgumentError(
          StrCat("the environment variable HF_HUB_DOWNLOAD_TIMEOUT is '", text,
                 "': expected seconds, a whole number from 1 to ", kMaxStallS));
    }
    settings.stall_s = *seconds;
  }
  if (const std::string text = variables.Get("MONSOON_MAX_DOWNLOAD"); !text.empty()) {
    const std::optional<int64_t> bytes = ParseByteSize(text);
    if (!bytes.has_value() || *bytes < 1) {
      return absl::InvalidArgumentError(StrCat("the environment variable MONSOON_MAX_DOWNLOAD is '",
                                               text, "': expected a size such as 8GiB"));
    }
    settings.max_bytes = *bytes;
  }
  return settings;
}

}  // namespace monsoon
