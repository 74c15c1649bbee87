#include "agent/core/engine/dialect/raw_adapter.h"

#include <utility>

#include "common/base/str_cat.h"
#include "common/prompt/prompt_template.h"

namespace monsoon {
namespace {

// Adds what `body` lacks of `members`, objects deep.
void FillIn(const RequestJson& members, RequestJson& body) {
  for (const auto& [name, value] : members.items()) {
    if (!body.contains(name)) {
      body[name] = value;
    } else if (value.is_object() && body[name].is_object()) {
      FillIn(value, body[name]);
    }
  }
}

}  // namespace

absl::Status RawAdapter::Configure(const AgentCase&) {
  dialect_ = FindRawDialect(route().dialect);
  if (dialect_ == nullptr) {
    return absl::InternalError(StrCat("route ", route().name, " is no raw dialect"));
  }
  also_ = RequestJson::parse(dialect_->also);
  AnswerSpec answer{
      .mode = dialect_->mode, .end = dialect_->end, .lines = dialect_->lines && stream()};
  ASSIGN_OR_RETURN(answer.event, PointerTree::Build(dialect_->event));
  ASSIGN_OR_RETURN(answer.document, PointerTree::Build(dialect_->document));
  answer_ = std::make_shared<const AnswerSpec>(std::move(answer));
  return absl::OkStatus();
}

absl::StatusOr<RequestJson> RawAdapter::FromItem(const Item& item,
                                                 std::string_view cache_bust_prefix) const {
  RequestJson body = RequestJson::object();
  if (!dialect().model_member.empty()) body[std::string(dialect().model_member)] = model();
  switch (item.kind) {
    case ItemKind::kPrompt:
    case ItemKind::kMessages:
      RETURN_IF_ERROR(PutPrompt(item, cache_bust_prefix, body));
      return body;
    case ItemKind::kBody:
      break;
    default:
      return WrongItem(item, "prompts");
  }
  const std::string prompt(dialect().prompt_member);
  ASSIGN_OR_RETURN(
      body, ParseItem(item.content, RequestJson::value_t::object,
                      StrCat("a JSON object, the body of a request to route ", route().name)));
  if (cache_bust_prefix.empty()) return body;
  RequestJson* text = body.contains(prompt) ? &body[prompt] : nullptr;
  if (text != nullptr && text->is_array() && !text->empty()) text = &text->front();
  if (text == nullptr || !text->is_string()) {
    return absl::InvalidArgumentError(
        StrCat("cache_bust is on, but the item's body has no text \"", prompt,
               "\" to put the prefix before; switch it off or repair the dataset"));
  }
  text->get_ref<std::string&>().insert(0, cache_bust_prefix);
  return body;
}

absl::Status RawAdapter::PutPrompt(const Item& item, std::string_view cache_bust_prefix,
                                   RequestJson& body) const {
  ASSIGN_OR_RETURN(const std::string prompt, RawPrompt(item, cache_bust_prefix));
  RequestJson& member = body[std::string(dialect().prompt_member)];
  member = dialect().prompt_is_list ? RequestJson::array({prompt}) : RequestJson(prompt);
  return absl::OkStatus();
}

void RawAdapter::ApplyMeasurement(RequestJson& body) const {
  if (!dialect().model_member.empty()) body[std::string(dialect().model_member)] = model();
  FillIn(also_, body);
  const std::string member(dialect().stream_member);
  if (member.empty()) return;
  if (stream() || dialect().streams_by_default) {
    body[member] = stream();
  } else {
    body.erase(member);
  }
}

void RawAdapter::AdjustSampling(RequestJson& members) const {
  const std::string temperature(route().parameters.temperature);
  if (dialect().sample_switch.empty() || !members.contains(temperature)) return;
  const bool greedy = members[temperature] == 0.0;
  if (greedy) members.erase(temperature);
  members[std::string(dialect().sample_switch)] = !greedy;
}

std::string_view RawAdapter::stream_member() const {
  return dialect().stream_member.empty() ? "stream" : dialect().stream_member;
}

std::string_view RawAdapter::accept() const {
  return stream() && dialect().lines ? "application/x-ndjson" : JsonAdapter::accept();
}

std::unique_ptr<PayloadReader> RawAdapter::NewReader(JsonEvent* event) const {
  return std::make_unique<PointerPayload>(answer_, event);
}

absl::Status OllamaGenerate::PutPrompt(const Item& item, std::string_view cache_bust_prefix,
                                       RequestJson& body) const {
  if (!prompt_template().empty()) {
    body["raw"] = true;
    return RawAdapter::PutPrompt(item, cache_bust_prefix, body);
  }
  ASSIGN_OR_RETURN(body[std::string(dialect().prompt_member)],
                   RenderPrompt("", "", item, cache_bust_prefix));
  if (!system_prompt().empty()) body["system"] = system_prompt();
  return absl::OkStatus();
}

}  // namespace monsoon
