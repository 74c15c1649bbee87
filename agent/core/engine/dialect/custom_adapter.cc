#include "agent/core/engine/dialect/custom_adapter.h"

#include <optional>
#include <string>
#include <utility>

#include "agent/core/engine/utf8.h"
#include "common/base/str_cat.h"
#include "common/model/length_place.h"

namespace monsoon {
namespace {

struct Values {
  std::string_view prompt;
  std::string_view model;
  std::optional<int64_t> max_tokens;
};

std::string FillText(std::string_view text, const Values& values) {
  const std::pair<std::string_view, std::string_view> places[] = {{"%p", values.prompt},
                                                                  {"{prompt}", values.prompt},
                                                                  {"%m", values.model},
                                                                  {"{model}", values.model}};
  std::string out;
  while (!text.empty()) {
    std::string_view taken = text.substr(0, 1);
    std::string_view value = taken;
    for (const auto& [place, filling] : places) {
      if (!text.starts_with(place)) continue;
      taken = place;
      value = filling;
    }
    out += value;
    text.remove_prefix(taken.size());
  }
  return out;
}

void Fill(const Values& values, RequestJson& json) {
  if (json.is_structured()) {
    for (RequestJson& child : json) Fill(values, child);
  } else if (json.is_string()) {
    const std::string text = json.get<std::string>();
    const bool is_length = IsLengthPlace(text) && values.max_tokens.has_value();
    json = is_length ? RequestJson(*values.max_tokens) : RequestJson(FillText(text, values));
  }
}

absl::StatusOr<AnswerSpec> MakeAnswer(const CustomEngine& custom) {
  const AnswerPointers& at = custom.pointers;
  const bool done_is_pointer = at.done.starts_with('/');
  const PointerRow rows[] = {{Role::kText, at.text},
                             {Role::kReasoning, at.reasoning},
                             {Role::kFinish, at.finish_reason},
                             {Role::kInputTokens, at.input_tokens},
                             {Role::kOutputTokens, at.output_tokens},
                             {Role::kCachedTokens, at.cached_tokens},
                             {Role::kError, at.error},
                             {Role::kDone, done_is_pointer ? std::string_view(at.done) : ""}};
  AnswerSpec answer;
  ASSIGN_OR_RETURN(answer.event, PointerTree::Build(rows));
  answer.document = answer.event;
  if (custom.mode == AnswerMode::kCumulative) answer.mode = TextMode::kCumulative;
  if (at.done == "eof") answer.end = EndRule::kBody;
  answer.lines = custom.framing == AnswerFraming::kNdjson;
  return answer;
}

}  // namespace

absl::Status CustomAdapter::Configure(const AgentCase& agent_case) {
  const CustomEngine& custom = agent_case.engine.custom;
  framing_ = custom.framing;
  template_ = RequestJson::parse(custom.body_json, nullptr, /*allow_exceptions=*/false);
  if (!template_.is_structured()) {
    return absl::InvalidArgumentError(
        StrCat("the custom engine's body must be a JSON object or array, not: ",
               Excerpt(custom.body_json)));
  }
  RETURN_IF_ERROR(CheckLengthPlace(custom, sampling()));
  says_length_ = HasLengthPlace(custom.body_json);
  if (says_length_ && !sampling().max_tokens.has_value()) {
    return absl::InvalidArgumentError(
        "the custom engine's body has a place for max_tokens (%n), and sampling.max_tokens is "
        "null");
  }
  ASSIGN_OR_RETURN(AnswerSpec answer, MakeAnswer(custom));
  answer_ = std::make_shared<const AnswerSpec>(std::move(answer));
  return absl::OkStatus();
}

absl::StatusOr<RequestJson> CustomAdapter::FromItem(const Item& item,
                                                    std::string_view cache_bust_prefix) const {
  if (item.output_tokens > 0 && !says_length_) {
    return absl::InvalidArgumentError(
        "the dataset says how long each answer is to be; put \"%n\" into the custom engine's body, "
        "where its limit of output tokens goes");
  }
  if (item.kind != ItemKind::kPrompt && item.kind != ItemKind::kMessages) {
    return WrongItem(item, "prompts and chat messages");
  }
  ASSIGN_OR_RETURN(const std::string prompt, RawPrompt(item, cache_bust_prefix));
  const std::optional<int64_t> own_length =
      item.output_tokens > 0 ? std::optional<int64_t>(item.output_tokens) : sampling().max_tokens;
  RequestJson body = template_;
  Fill({prompt, model(), own_length}, body);
  return body;
}

std::string_view CustomAdapter::accept() const {
  switch (framing_) {
    case AnswerFraming::kNdjson:
      return "application/x-ndjson";
    case AnswerFraming::kJson:
      return "application/json";
    case AnswerFraming::kSse:
      break;
  }
  return "text/event-stream";
}

std::unique_ptr<PayloadReader> CustomAdapter::NewReader(JsonEvent* event) const {
  return std::make_unique<PointerPayload>(answer_, event);
}

}  // namespace monsoon
