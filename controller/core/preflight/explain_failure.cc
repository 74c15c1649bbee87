#include "controller/core/preflight/explain_failure.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"

#include "common/base/nearest_name.h"
#include "common/base/str_cat.h"
#include "controller/core/preflight/guess_engine.h"

namespace monsoon {
namespace {

constexpr size_t kMaxModelsShown = 8;
constexpr size_t kMaxExcerptBytes = 200;

bool Says(const std::string& text, const char* words) {
  return absl::StrContains(absl::AsciiStrToLower(text), absl::AsciiStrToLower(words));
}

std::string PathOf(const std::string& url) {
  const size_t host = url.find("://");
  const size_t path = host == std::string::npos ? host : url.find('/', host + 3);
  return path == std::string::npos ? "/" : url.substr(path, url.find('?') - path);
}

bool ListsModel(const EngineFacts& facts, const std::string& model) {
  return std::find(facts.models.begin(), facts.models.end(), model) != facts.models.end();
}

// Whether a server's message is about a model that it does not have.
bool IsAboutModel(const std::string& message) {
  if (!Says(message, "model")) return false;
  return Says(message, "not found") || Says(message, "does not exist") ||
         Says(message, "unknown model") || Says(message, "not exist") ||
         Says(message, "no such model") || Says(message, "not a valid model") ||
         Says(message, "model_not_found") || Says(message, "not loaded");
}

bool Holds(const std::string& text, const std::string& part) {
  return absl::StrContains(absl::AsciiStrToLower(text), absl::AsciiStrToLower(part));
}

// The one of `models` that was probably meant: a longer or shorter form of `name`
// ("org/Qwen2-7B-Instruct" for "qwen2-7b"), else the nearest, else the only one.
std::string ModelMeant(const std::string& name, const std::vector<std::string>& models) {
  for (const std::string& model : models) {
    if (Holds(model, name) || Holds(name, model)) return model;
  }
  return models.size() == 1 ? models.front() : NearestName(name, models).value_or("");
}

// "HTTP 404: Not Found" ends as the server put it; ours goes on.
std::string Quoted(const ProbeResult& result) {
  return StrCat("(", result.record.error_message, ")");
}

std::string ExplainKey(const ProbeTarget& target, const ProbeResult& result) {
  if (target.key_name.empty()) {
    return StrCat("the server wants an API key ", Quoted(result),
                  "; name one with engine.api_key_env or engine.api_key_file");
  }
  return StrCat("the server did not accept the API key of ", target.key_name, " ", Quoted(result));
}

std::string NoSuchModel(const ProbeTarget& target, const ProbeResult& result,
                        const EngineFacts& facts) {
  const std::string suggestion = SuggestModel(target, facts);
  return StrCat("the server has no model '", target.model, "' ", Quoted(result),
                suggestion.empty() ? "; `model` must be the name that the server serves it under"
                                   : "; " + suggestion);
}

std::string NoSuchRoute(const ProbeTarget& target, const ProbeResult& result) {
  std::string text = StrCat("the server has no route ", PathOf(target.url), " ", Quoted(result));
  const std::string suggestion = SuggestType(target, result);
  if (!suggestion.empty()) return text + suggestion;
  if (!target.default_path.empty() && !target.url.ends_with(target.default_path)) {
    return StrCat(text, "; of type ", target.type, " it is ", target.default_path,
                  ": is engine.url right?");
  }
  return StrCat(text, "; is it a server of type ", target.type, "?");
}

std::string ExplainNotFound(const ProbeTarget& target, const ProbeResult& result,
                            const EngineFacts& facts) {
  // A server that lists its models has the API; so what it does not find is the model.
  const bool not_listed = !facts.models.empty() && !ListsModel(facts, target.model);
  if (IsAboutModel(result.record.error_message) || not_listed) {
    return NoSuchModel(target, result, facts);
  }
  return NoSuchRoute(target, result);
}

std::string ExplainStatus(const ProbeTarget& target, const ProbeResult& result,
                          const EngineFacts& facts) {
  const int32_t status = result.record.http_status;
  const std::string& message = result.record.error_message;
  if (status == 401 || status == 403) return ExplainKey(target, result);
  if (status == 404) return ExplainNotFound(target, result, facts);
  if (status >= 300 && status < 400) {
    return StrCat("the server sends elsewhere ", Quoted(result),
                  "; redirects are not followed: name the final URL");
  }
  if (status == 405) {
    return StrCat("the server takes no POST at ", PathOf(target.url), " ", Quoted(result),
                  "; of type ", target.type, " the route is ", target.default_path);
  }
  if (Says(message, "plain HTTP request was sent to HTTPS")) {
    return StrCat("the server speaks https ", Quoted(result), "; write https:// in engine.url");
  }
  if (IsAboutModel(message)) return NoSuchModel(target, result, facts);
  if (status == 429) {
    return StrCat("the server refuses more requests for now ", Quoted(result),
                  "; wait, or ask for a higher limit");
  }
  if (status >= 500) {
    return StrCat(
        "the server could not answer ", Quoted(result),
        facts.health.empty() || facts.health == "ok"
            ? "; its log may say more"
            : StrCat("; its health check says ", facts.health, ": is it still starting?"));
  }
  return StrCat("the server refused the request ", Quoted(result), SuggestType(target, result));
}

std::string ExplainTls(const ProbeResult& result) {
  const std::string& message = result.record.error_message;
  std::string text = StrCat("no TLS connection: ", message);
  if (Says(message, "wrong version number") || Says(message, "packet length too long")) {
    return text + "; the server seems to speak plain HTTP: write http:// in engine.url";
  }
  if (Says(message, "self-signed") || Says(message, "self signed") ||
      Says(message, "local issuer")) {
    return text +
           "; start the agent with SSL_CERT_FILE=/path/to/ca.pem if the certificate is your own";
  }
  return text;
}

std::string ExplainTimeout(const ProbeResult& result, const EngineFacts& facts) {
  const std::string& message = result.record.error_message;
  const std::string health = facts.health.empty() || facts.health == "ok"
                                 ? "; is it loading the model, or busy with other requests?"
                                 : StrCat("; its health check says ", facts.health);
  if (result.record.http_status == 0)
    return StrCat("the server took the request, but gave no answer: ", message, health);
  return StrCat("the server began an answer (HTTP ", result.record.http_status, "), but there was ",
                message, health);
}

// What came is an answer, but not one of the named type.
std::string ExplainOtherProtocol(const ProbeTarget& target, const ProbeResult& result) {
  const std::string suggestion = SuggestType(target, result);
  const std::string& message = result.record.error_message;
  if (!suggestion.empty()) {
    return StrCat("what came is no answer of type ", target.type, " (", message, ")", suggestion);
  }
  if (absl::StartsWith(message, "instead of an answer came")) {
    return StrCat(message, "; is engine.url the engine's own, or that of a proxy or web page?");
  }
  if (target.url.starts_with("http://") && result.record.http_status == 0) {
    return StrCat(message, "; does the server speak https, or another protocol at this port?");
  }
  std::string text = StrCat("what came cannot be read as type ", target.type, ": ", message);
  if (target.type != "custom") return text;
  return StrCat(text, "; compare engine.response with what the server sent: ",
                result.body.substr(0, kMaxExcerptBytes));
}

}  // namespace

std::string SuggestModel(const ProbeTarget& target, const EngineFacts& facts) {
  if (facts.models.empty()) return "";
  const size_t shown = std::min(facts.models.size(), kMaxModelsShown);
  std::string text = StrCat(
      "it serves ", absl::StrJoin(facts.models.begin(),
                                  facts.models.begin() + static_cast<ptrdiff_t>(shown), ", "));
  if (shown < facts.models.size()) text += StrCat(" and ", facts.models.size() - shown, " more");
  const std::string meant = ModelMeant(target.model, facts.models);
  return meant.empty() ? text : StrCat(text, "; did you mean '", meant, "'?");
}

std::string SuggestType(const ProbeTarget& target, const ProbeResult& result) {
  const std::optional<EngineGuess> guess = GuessEngine(
      {.http_status = result.record.http_status, .server = result.server, .body = result.body});
  if (!guess || guess->type == target.type) return "";
  // Most types speak OpenAI's chat completions: that says nothing against the named one.
  const bool asks_for_chat = target.url.find("/chat/completions") != std::string::npos;
  if (guess->route == "chat" && asks_for_chat) return "";
  if (guess->route == "completions" && target.url.ends_with("/completions")) return "";
  return StrCat("; the server answered like ", guess->name, "; did you mean type: ", guess->type,
                guess->type == "openai" && guess->route != "chat"
                    ? StrCat(" with route: ", guess->route)
                    : "",
                "?");
}

std::string ExplainFailure(const ProbeTarget& target, const ProbeResult& result,
                           const EngineFacts& facts) {
  const std::string& message = result.record.error_message;
  switch (result.record.error_class) {
    case ErrorClass::kErrorHttp:
      return ExplainStatus(target, result, facts);
    case ErrorClass::kTls:
      return ExplainTls(result);
    case ErrorClass::kTimeoutConnect:
      return StrCat(message, "; is the host reachable from the agent, and no firewall between?");
    case ErrorClass::kTimeoutFirst:
    case ErrorClass::kTimeoutIdle:
    case ErrorClass::kTimeoutTotal:
      return ExplainTimeout(result, facts);
    case ErrorClass::kErrorInStream:
    case ErrorClass::kErrorIn200Body:
    case ErrorClass::kAborted:
      if (IsAboutModel(message)) return NoSuchModel(target, result, facts);
      return StrCat("the server answered with an error: ", message, SuggestType(target, result));
    case ErrorClass::kTruncated:
      if (result.record.http_status == 0) {
        return StrCat(message, target.url.starts_with("http://")
                                   ? "; does it speak https at this port?"
                                   : "; its log may say more");
      }
      return ExplainOtherProtocol(target, result);
    case ErrorClass::kEmpty:
    case ErrorClass::kLineTooLong:
    case ErrorClass::kBadPayload:
      return ExplainOtherProtocol(target, result);
    case ErrorClass::kConnect:
    case ErrorClass::kDns:
    case ErrorClass::kNone:
      break;
  }
  return message;
}

}  // namespace monsoon
