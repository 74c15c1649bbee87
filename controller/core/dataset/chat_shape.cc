#include "controller/core/dataset/chat_shape.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/status/status.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/model/item.h"

namespace monsoon {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kExpectedMessages =
    "expected an array of chat messages, objects with a string \"role\"";
constexpr std::string_view kExpectedBody =
    "expected a request body with a prompt (\"messages\", \"prompt\", \"input\", ...)";

// What holds prompts in the bodies of all routes.
constexpr std::pair<std::string_view, uint8_t> kBodyPrompts[] = {{"messages", kBodyMessages},
                                                                 {"prompt", 0},
                                                                 {"inputs", 0},
                                                                 {"text_input", 0},
                                                                 {"text", 0},
                                                                 {"prompts", 0},
                                                                 {"input_ids", 0},
                                                                 {"input", kBodyInput},
                                                                 {"query", kBodyQuery},
                                                                 {"documents", kBodyDocuments},
                                                                 {"texts", kBodyTexts}};

absl::Status Mismatch(std::string_view expected, std::string_view found) {
  return absl::InvalidArgumentError(StrCat(expected, ", found ", found));
}

void AddText(std::string_view text, PromptMeasure& measure) {
  measure.characters += CountCharacters(text);
  measure.empty = measure.empty && text.empty();
}

void AddAnyContent(dom::element content, PromptMeasure& measure);

// One element of a content or prompt array.
void AddPart(dom::element part, PromptMeasure& measure) {
  std::string_view text;
  if (part["text"].get_string().get(text) == simdjson::SUCCESS) return AddText(text, measure);
  measure.shape.not_only_text = true;
  if (part.get_string().get(text) == simdjson::SUCCESS) return AddText(text, measure);
  dom::element content;
  if (part["content"].get(content) == simdjson::SUCCESS) return AddAnyContent(content, measure);
  measure.empty = false;
}

// Of a message in a Responses request: whatever else there is in it is the engine's to judge.
void AddAnyContent(dom::element content, PromptMeasure& measure) {
  std::string_view text;
  dom::array parts;
  if (content.get_string().get(text) == simdjson::SUCCESS) {
    AddText(text, measure);
  } else if (content.get_array().get(parts) == simdjson::SUCCESS) {
    for (const dom::element part : parts) AddPart(part, measure);
  }
}

void Add(const PromptMeasure& part, PromptMeasure& measure) {
  measure.characters += part.characters;
  measure.empty = measure.empty && part.empty;
}

// An empty text or list.
bool IsHollow(dom::element value) {
  std::string_view text;
  dom::array list;
  if (value.get_string().get(text) == simdjson::SUCCESS) return text.empty();
  return value.get_array().get(list) != simdjson::SUCCESS || list.size() == 0;
}

absl::Status AddContent(dom::element content, std::string_view name, PromptMeasure& measure) {
  std::string_view text;
  dom::array parts;
  if (content.get_string().get(text) == simdjson::SUCCESS) {
    AddText(text, measure);
  } else if (content.get_array().get(parts) == simdjson::SUCCESS) {
    for (const dom::element part : parts) {
      AddPart(part, measure);
    }
  } else if (!content.is_null()) {
    return Mismatch(StrCat("expected \"", name, "\" to be a string or an array"),
                    DescribeJson(content));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PromptMeasure> MeasureMessages(dom::element value, int64_t count) {
  dom::array messages;
  if (value.get_array().get(messages) != simdjson::SUCCESS) {
    return Mismatch(kExpectedMessages, DescribeJson(value));
  }
  PromptMeasure measure;
  int64_t number = 0;
  std::string_view first_role;
  std::string_view role;
  for (const dom::element message : messages) {
    if (++number > count) break;
    if (number == 2) first_role = role;
    if (message["role"].get_string().get(role) != simdjson::SUCCESS) {
      return Mismatch(kExpectedMessages, StrCat(DescribeJson(message), " as message ", number));
    }
    dom::element content;
    if (message["content"].get(content) == simdjson::SUCCESS) {
      RETURN_IF_ERROR(AddContent(content, "content", measure));
    }
  }
  if (number == 0) {
    return Mismatch(kExpectedMessages, "an empty array");
  }
  const int64_t turns = std::min(number, count) - (first_role == "system" ? 1 : 0);
  measure.shape.several_turns = turns != 1 || role != "user";
  return measure;
}

absl::StatusOr<PromptMeasure> MeasureBody(dom::element value) {
  PromptMeasure measure;
  dom::element found;
  bool known = false;
  for (const auto& [name, member] : kBodyPrompts) {
    if (value[name].get(found) != simdjson::SUCCESS) continue;
    if (name == "text" && found.is_object()) continue;  // an option of Responses
    known = true;
    if (name == "messages") {
      ASSIGN_OR_RETURN(const PromptMeasure messages, MeasureMessages(found));
      Add(messages, measure);
    } else if (name == "input" && found.is_object()) {
      ASSIGN_OR_RETURN(const PromptMeasure input, MeasureBody(found));
      Add(input, measure);
      if ((input.shape.body_members & kBodyMessages) != 0) {
        measure.shape.body_members |= kBodyInputMessages;
      }
      continue;
    } else {
      RETURN_IF_ERROR(AddContent(found, name, measure));
    }
    if (!IsHollow(found)) measure.shape.body_members |= member;
  }
  if (!known) return Mismatch(kExpectedBody, DescribeJson(value));
  measure.shape.several_turns = measure.shape.not_only_text = false;  // as the body has it
  return measure;
}

std::string DescribeJson(dom::element value) {
  switch (value.type()) {
    case dom::element_type::STRING:
      return "a string";
    case dom::element_type::NULL_VALUE:
      return "null";
    case dom::element_type::BOOL:
      return "true or false";
    case dom::element_type::ARRAY:
      return "an array";
    case dom::element_type::OBJECT:
      break;
    default:
      return "a number";
  }
  constexpr int kMaxShown = 5;
  int shown = 0;
  std::string fields;
  const dom::object object = value.get_object().value_unsafe();
  for (const dom::key_value_pair field : object) {
    if (shown++ == kMaxShown) {
      fields += ", ...";
      break;
    }
    fields += StrCat(fields.empty() ? "" : ", ", "\"", field.key, "\"");
  }
  return fields.empty() ? "an empty object" : StrCat("an object with the fields ", fields);
}

}  // namespace monsoon
