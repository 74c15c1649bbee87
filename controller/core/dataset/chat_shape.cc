#include "controller/core/dataset/chat_shape.h"

#include <string_view>

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
    "expected a request body with \"messages\" or \"prompt\"";

absl::Status Mismatch(std::string_view expected, std::string_view found) {
  return absl::InvalidArgumentError(StrCat(expected, ", found ", found));
}

void AddText(std::string_view text, PromptMeasure& measure) {
  measure.characters += CountCharacters(text);
  measure.empty = measure.empty && text.empty();
}

// One element of a content or prompt array.
void AddPart(dom::element part, PromptMeasure& measure) {
  std::string_view text;
  if (part.get_string().get(text) == simdjson::SUCCESS ||
      part["text"].get_string().get(text) == simdjson::SUCCESS) {
    return AddText(text, measure);
  }
  measure.empty = false;
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
  for (const dom::element message : messages) {
    if (++number > count) break;
    std::string_view role;
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
  return measure;
}

absl::StatusOr<PromptMeasure> MeasureBody(dom::element value) {
  dom::element found;
  if (value["messages"].get(found) == simdjson::SUCCESS) {
    return MeasureMessages(found);
  }
  for (const std::string_view name : {"prompt", "inputs", "text_input"}) {
    if (value[name].get(found) == simdjson::SUCCESS) {
      PromptMeasure measure;
      RETURN_IF_ERROR(AddContent(found, name, measure));
      return measure;
    }
  }
  return Mismatch(kExpectedBody, DescribeJson(value));
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
