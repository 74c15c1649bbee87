#include "agent/core/engine/request/request_body.h"

#include <algorithm>
#include <optional>

#include "agent/core/engine/utf8.h"
#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

template <typename T>
void Put(std::string_view name, const std::optional<T>& value, RequestJson& out) {
  if (value.has_value() && !name.empty()) out[std::string(name)] = *value;
}

std::string_view KindName(ItemKind kind) {
  switch (kind) {
    case ItemKind::kPrompt:
      return "a prompt";
    case ItemKind::kMessages:
      return "a list of chat messages";
    case ItemKind::kBody:
      return "a whole request body";
    case ItemKind::kTexts:
      return "the texts of an embeddings request";
    case ItemKind::kRerank:
      return "the query and documents of a rerank request";
  }
  return "of an unknown kind";
}

}  // namespace

RequestJson SamplingMembers(const ParameterNames& names, const Sampling& sampling) {
  RequestJson out = RequestJson::object();
  Put(names.max_tokens, sampling.max_tokens, out);
  Put(names.temperature, sampling.temperature, out);
  Put(names.top_p, sampling.top_p, out);
  Put(names.frequency_penalty, sampling.frequency_penalty, out);
  Put(names.presence_penalty, sampling.presence_penalty, out);
  Put(names.seed, sampling.seed, out);
  if (!sampling.stop.empty() && !names.stop.empty()) out[std::string(names.stop)] = sampling.stop;
  Put(names.min_tokens, sampling.min_tokens, out);
  Put(names.ignore_eos, sampling.ignore_eos, out);
  Put(names.top_k, sampling.top_k, out);
  Put(names.repetition_penalty, sampling.repetition_penalty, out);
  return out;
}

void PutSampling(const ParameterNames& names, const RequestJson& members, int64_t output_tokens,
                 RequestJson& body) {
  RequestJson forced = RequestJson::object();
  if (output_tokens > 0) {
    Put(names.max_tokens, std::optional<int64_t>(output_tokens), forced);
    Put(names.min_tokens, std::optional<int64_t>(output_tokens), forced);
    Put(names.ignore_eos, std::optional<bool>(true), forced);
  }
  if (members.empty() && forced.empty()) return;
  RequestJson& target = names.object.empty() ? body : body[std::string(names.object)];
  if (target.is_null()) target = RequestJson::object();
  if (!target.is_object()) return;  // the body's own; the engine will say what it thinks of it
  if (!forced.empty()) target.erase("max_completion_tokens");
  for (const auto& [name, value] : members.items()) {
    if (name == "max_tokens" && target.contains("max_completion_tokens")) continue;
    if (!target.contains(name)) target[name] = value;
  }
  for (const auto& [name, value] : forced.items()) target[name] = value;
}

absl::StatusOr<RequestJson> ParseExtraBody(const std::string& text,
                                           std::string_view stream_member) {
  if (text.empty()) return RequestJson::object();
  RequestJson extra = RequestJson::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!extra.is_object()) {
    return absl::InvalidArgumentError(
        StrCat("engine.extra_body must be a JSON object, not: ", Excerpt(text)));
  }
  if (!stream_member.empty() && extra.contains(std::string(stream_member))) {
    return absl::InvalidArgumentError(StrCat("engine.extra_body may not set \"", stream_member,
                                             "\": the scenario's own `stream` says it"));
  }
  return extra;
}

absl::StatusOr<RequestJson> ParseItem(std::string_view content, RequestJson::value_t wanted,
                                      std::string_view description) {
  RequestJson json = RequestJson::parse(content, nullptr, /*allow_exceptions=*/false);
  if (json.type() != wanted) {
    return absl::InvalidArgumentError(
        StrCat("the item must be ", description, ", not: ", Excerpt(content)));
  }
  return json;
}

absl::StatusOr<RequestJson> ChatBody(const Item& item, const std::string& model,
                                     const RequestJson::json_pointer& place,
                                     std::string_view request) {
  RequestJson body = {{"model", model}};
  switch (item.kind) {
    case ItemKind::kPrompt:
      body[place] = RequestJson::array({{{"role", "user"}, {"content", item.content}}});
      break;
    case ItemKind::kMessages: {
      ASSIGN_OR_RETURN(body[place], ParseItem(item.content, RequestJson::value_t::array,
                                              "a JSON array of chat messages"));
      break;
    }
    case ItemKind::kBody: {
      ASSIGN_OR_RETURN(body, ParseItem(item.content, RequestJson::value_t::object,
                                       StrCat("a JSON object, the body of ", request)));
      break;
    }
    default:
      return WrongItem(item, "chats");
  }
  if (!body.contains(place) || !body[place].is_array() || body[place].empty()) {
    return absl::InvalidArgumentError(
        StrCat("the item has no messages, which ", request, " needs: ", Excerpt(item.content)));
  }
  return body;
}

void AddSystemMessage(std::string_view system_prompt, RequestJson& messages) {
  if (system_prompt.empty()) return;
  const bool has_one = std::any_of(messages.begin(), messages.end(), [](const RequestJson& each) {
    return each.is_object() && (each.value("role", RequestJson()) == "system" ||
                                each.value("role", RequestJson()) == "developer");
  });
  if (has_one) return;
  messages.insert(messages.begin(),
                  RequestJson{{"role", "system"}, {"content", std::string(system_prompt)}});
}

bool PrefixContent(std::string_view prefix, RequestJson& content) {
  if (content.is_string()) {
    auto& text = content.get_ref<std::string&>();
    text.insert(0, prefix);
    return true;
  }
  if (!content.is_array()) return false;
  return std::any_of(content.begin(), content.end(), [prefix](RequestJson& part) {
    return part.is_object() && part.contains("text") && part["text"].is_string() &&
           PrefixContent(prefix, part["text"]);
  });
}

absl::Status PrefixMessages(std::string_view prefix, RequestJson& messages) {
  const bool done = std::any_of(messages.begin(), messages.end(), [prefix](RequestJson& message) {
    return message.is_object() && message.contains("content") &&
           PrefixContent(prefix, message["content"]);
  });
  if (done) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "cache_bust is on, but the item has no message with text to put the prefix before; switch it "
      "off or repair the dataset");
}

bool HasTextOrList(const RequestJson& body, const char* name) {
  const auto found = body.find(name);
  if (found == body.end()) return false;
  if (found->is_string()) return !found->get_ref<const std::string&>().empty();
  return found->is_array() && !found->empty();
}

absl::Status WrongItem(const Item& item, std::string_view takes) {
  return absl::InvalidArgumentError(StrCat("the item is ", KindName(item.kind),
                                           ", and this route takes ", takes, ": ",
                                           Excerpt(item.content)));
}

std::string DumpBody(const RequestJson& body) {
  return body.dump(-1, ' ', false, RequestJson::error_handler_t::replace);
}

}  // namespace monsoon
