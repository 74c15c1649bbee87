#include "agent/core/engine/dialect/native_chat.h"

#include <utility>

#include "agent/core/engine/utf8.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr PointerRow kOllama[] = {{Role::kText, "/message/content"},
                                  {Role::kReasoning, "/message/thinking"},
                                  {Role::kTool, "/message/tool_calls/*/function/name"},
                                  {Role::kDone, "/done"},
                                  {Role::kFinish, "/done_reason"},
                                  {Role::kOutputTokens, "/eval_count"},
                                  {Role::kInputTokens, "/prompt_eval_count"}};

// The text stands in choices (result_format message) or beside them (text); of multimodal models
// it is a list of parts.
constexpr PointerRow kDashscope[] = {
    {Role::kText, "/output/choices/*/message/content"},
    {Role::kText, "/output/choices/*/message/content/*/text"},
    {Role::kReasoning, "/output/choices/*/message/reasoning_content"},
    {Role::kTool, "/output/choices/*/message/tool_calls/*/function/name"},
    {Role::kTool, "/output/choices/*/message/tool_calls/*/function/arguments"},
    {Role::kFinish, "/output/choices/*/finish_reason"},
    {Role::kText, "/output/text"},
    {Role::kFinish, "/output/finish_reason"},
    {Role::kInputTokens, "/usage/input_tokens"},
    {Role::kOutputTokens, "/usage/output_tokens"},
    {Role::kReasoningTokens, "/usage/output_tokens_details/reasoning_tokens"},
    {Role::kCachedTokens, "/usage/prompt_tokens_details/cached_tokens"}};

}  // namespace

absl::Status NativeChat::SetAnswer(std::span<const PointerRow> rows, AnswerSpec answer) {
  ASSIGN_OR_RETURN(answer.event, PointerTree::Build(rows));
  answer.document = answer.event;
  answer_ = std::make_shared<const AnswerSpec>(std::move(answer));
  return absl::OkStatus();
}

absl::StatusOr<RequestJson> NativeChat::FromItem(const Item& item,
                                                 std::string_view cache_bust_prefix) const {
  RequestJson body = RequestJson::object();
  body["model"] = model();
  switch (item.kind) {
    case ItemKind::kPrompt:
      Holder(body)["messages"] =
          RequestJson::array({{{"role", "user"}, {"content", item.content}}});
      break;
    case ItemKind::kMessages: {
      ASSIGN_OR_RETURN(
          Holder(body)["messages"],
          ParseItem(item.content, RequestJson::value_t::array, "a JSON array of chat messages"));
      break;
    }
    case ItemKind::kBody: {
      ASSIGN_OR_RETURN(body, ParseItem(item.content, RequestJson::value_t::object,
                                       "a JSON object, the body of a chat request"));
      break;
    }
    default:
      return WrongItem(item, "chats");
  }
  RequestJson& holder = Holder(body);
  if (!holder.is_object() || !holder.contains("messages") || !holder["messages"].is_array() ||
      holder["messages"].empty()) {
    return absl::InvalidArgumentError(
        StrCat("the item has no messages, which this route needs: ", Excerpt(item.content)));
  }
  AddSystemMessage(system_prompt(), holder["messages"]);
  if (!cache_bust_prefix.empty()) {
    RETURN_IF_ERROR(PrefixMessages(cache_bust_prefix, holder["messages"]));
  }
  return body;
}

std::unique_ptr<PayloadReader> NativeChat::NewReader(JsonEvent* event) const {
  return std::make_unique<PointerPayload>(answer_, event);
}

absl::Status OllamaChat::Configure(const AgentCase&) {
  return SetAnswer(kOllama, {.lines = stream()});
}

void OllamaChat::ApplyMeasurement(RequestJson& body) const {
  body["model"] = model();
  body["stream"] = stream();
}

std::string_view OllamaChat::accept() const {
  return stream() ? "application/x-ndjson" : "application/json";
}

absl::Status Dashscope::Configure(const AgentCase& agent_case) {
  const RequestJson extra = RequestJson::parse(agent_case.engine.extra_body_json, nullptr,
                                               /*allow_exceptions=*/false);
  const RequestJson::json_pointer flag("/parameters/incremental_output");
  const bool whole = extra.is_object() && extra.contains(flag) && extra[flag] == false;
  return SetAnswer(kDashscope, {.mode = whole ? TextMode::kCumulative : TextMode::kDelta,
                                .end = EndRule::kBodyAfterFinish});
}

void Dashscope::ApplyMeasurement(RequestJson& body) const {
  body["model"] = model();
  RequestJson& parameters = body["parameters"];
  if (parameters.is_null()) parameters = RequestJson::object();
  if (!parameters.is_object()) return;
  if (!parameters.contains("result_format")) parameters["result_format"] = "message";
  if (stream()) {
    parameters["incremental_output"] = true;
  } else {
    parameters.erase("incremental_output");
  }
}

monsoon::Headers Dashscope::OwnHeaders() const {
  if (!stream()) return {};
  return {{"X-DashScope-SSE", "enable"}};
}

}  // namespace monsoon
