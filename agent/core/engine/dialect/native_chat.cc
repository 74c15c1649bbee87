#include "agent/core/engine/dialect/native_chat.h"

#include <utility>

#include "common/base/status_macros.h"

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
  const RequestJson::json_pointer place = MessagesPlace();
  ASSIGN_OR_RETURN(RequestJson body, ChatBody(item, model(), place, "a request to this route"));
  AddSystemMessage(system_prompt(), body[place]);
  if (!cache_bust_prefix.empty()) {
    RETURN_IF_ERROR(PrefixMessages(cache_bust_prefix, body[place]));
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
