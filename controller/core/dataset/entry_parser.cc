#include "controller/core/dataset/entry_parser.h"

#include <simdjson.h>

#include <string>
#include <string_view>

#include "absl/strings/ascii.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/core/dataset/chat_shape.h"
#include "controller/core/dataset/conversation.h"
#include "controller/core/dataset/text_error.h"
#include "controller/core/dataset/text_inputs.h"

namespace monsoon {
namespace {

namespace dom = simdjson::dom;

std::string_view PromptField(DatasetFormat format) {
  return format == DatasetFormat::kOpenqa ? "question" : "instruction";
}

std::string ExpectedObject(DatasetFormat format) {
  return StrCat("expected a JSON object with a string \"", PromptField(format), "\"");
}

std::string_view Trim(std::string_view text) {
  return ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
}

absl::Status FaultAt(const RawEntry& raw, std::string_view expected, const TextFault& fault) {
  TextPosition at = raw.at;
  at.Advance(raw.text.substr(0, fault.offset));
  return ErrorAt(at, StrCat(expected, ", found ", fault.what));
}

// Why `raw` is no JSON value, once simdjson has refused it with `code`.
absl::Status ExplainBadJson(const RawEntry& raw, std::string_view expected,
                            simdjson::error_code code) {
  if (const auto fault = FindUtf8Fault(raw.text)) {
    return FaultAt(raw, expected, {fault->offset, StrCat("text that is ", fault->what)});
  }
  const std::string_view trimmed = Trim(raw.text);
  const bool meant_as_json = !trimmed.empty() && (trimmed[0] == '{' || trimmed[0] == '[');
  const auto fault = FindJsonFault(raw.text);
  if (fault.has_value() && meant_as_json) {
    return FaultAt(raw, expected, *fault);
  }
  if (fault.has_value()) {
    return ErrorAt(raw.at, StrCat(expected, ", found the text ", Excerpt(trimmed)));
  }
  if (code == simdjson::DEPTH_ERROR) {
    return ErrorAt(raw.at, StrCat(expected, ", found JSON nested too deeply"));
  }
  // Sound JSON beyond what a parser can hold, such as an integer of 30 digits.
  return ErrorAt(
      raw.at,
      StrCat(expected, ", found JSON that cannot be read: ", simdjson::error_message(code)));
}

// A line that is to be sent word for word.
absl::Status CheckPlainText(const RawEntry& raw, std::string_view expected) {
  if (!simdjson::validate_utf8(raw.text)) {
    const TextFault fault = FindUtf8Fault(raw.text).value_or(TextFault{0, "invalid"});
    return FaultAt(raw, expected, {fault.offset, StrCat("text that is ", fault.what)});
  }
  if (const size_t nul = raw.text.find('\0'); nul != std::string_view::npos) {
    return FaultAt(raw, expected, {nul, "a NUL byte"});
  }
  return absl::OkStatus();
}

// The optional second half of a longalpaca prompt.
absl::Status AppendInput(dom::element object, const RawEntry& raw, std::string& prompt) {
  dom::element input;
  if (object["input"].get(input) != simdjson::SUCCESS || input.is_null()) {
    return absl::OkStatus();
  }
  std::string_view text;
  if (input.get_string().get(text) != simdjson::SUCCESS) {
    return ErrorAt(raw.at,
                   StrCat("expected \"input\" to be a string, found ", DescribeJson(input)));
  }
  if (!text.empty()) {
    prompt.append("\n\n").append(text);
  }
  return absl::OkStatus();
}

// longalpaca's reference answer.
void ReadOutput(dom::element object, ParsedEntry& entry) {
  std::string_view output;
  if (object["output"].get_string().get(output) == simdjson::SUCCESS && !Trim(output).empty()) {
    entry.reference.assign(output);
  } else {
    entry.lacking = "no reference answer";
  }
}

}  // namespace

EntryParser::EntryParser(const EntryRules& rules)
    : rules_(rules), json_(std::make_unique<dom::parser>()) {}
EntryParser::~EntryParser() = default;
EntryParser::EntryParser(EntryParser&&) noexcept = default;

absl::Status EntryParser::Parse(const RawEntry& raw, ParsedEntry& entry) {
  entry.item.output_tokens = 0;
  entry.characters = 0;
  entry.reference.clear();
  entry.lacking = "";
  entry.shape = ItemShape();
  absl::Status parsed = ParseFormat(raw, entry);
  entry.shape.kind = entry.item.kind;
  return parsed;
}

absl::Status EntryParser::ParseFormat(const RawEntry& raw, ParsedEntry& entry) {
  switch (rules_.format) {
    case DatasetFormat::kOpenqa:
    case DatasetFormat::kLongalpaca:
      return ParseField(raw, entry);
    case DatasetFormat::kSharegpt:
      return ParseDocument(raw, "expected a conversation, a JSON object", entry);
    case DatasetFormat::kMessages:
      return ParseDocument(raw, "expected chat messages, a JSON array or an object with it", entry);
    case DatasetFormat::kRerank:
      return ParseDocument(raw, "expected a JSON object with \"query\" and \"documents\"", entry);
    case DatasetFormat::kEmbedding:
      return ParseEmbedding(raw, entry);
    default:
      return ParseFreeLine(raw, entry);
  }
}

absl::Status EntryParser::ReadDocument(dom::element value, ParsedEntry& entry) const {
  switch (rules_.format) {
    case DatasetFormat::kSharegpt:
      return ReadShareGpt(rules_, value, entry);
    case DatasetFormat::kMessages:
      return ReadMessages(rules_, value, entry);
    case DatasetFormat::kRerank:
      return ReadRerank(value, entry);
    default:
      return ReadEmbedding(rules_, value, entry);
  }
}

absl::Status EntryParser::ParseDocument(const RawEntry& raw, std::string_view expected,
                                        ParsedEntry& entry) {
  dom::element value;
  const simdjson::error_code code = json_->parse(raw.text.data(), raw.text.size()).get(value);
  if (code != simdjson::SUCCESS) return ExplainBadJson(raw, expected, code);
  const absl::Status read = ReadDocument(value, entry);
  return read.ok() ? read : ErrorAt(raw.at, ToStd(read.message()));
}

absl::Status EntryParser::ParseEmbedding(const RawEntry& raw, ParsedEntry& entry) {
  const std::string_view text = Trim(raw.text);
  if (!text.empty() && std::string_view("[{\"").find(text[0]) != std::string_view::npos) {
    return ParseDocument(raw,
                         "expected a text to embed (one that begins with '[', '{' or '\"' is "
                         "JSON)",
                         entry);
  }
  RETURN_IF_ERROR(CheckPlainText(raw, "expected a text to embed"));
  const absl::Status read = ReadEmbeddingText(raw.text, entry);
  return read.ok() ? read : ErrorAt(raw.at, ToStd(read.message()));
}

absl::Status EntryParser::ParseField(const RawEntry& raw, ParsedEntry& entry) {
  const std::string_view name = PromptField(rules_.format);
  dom::element value;
  const simdjson::error_code code = json_->parse(raw.text.data(), raw.text.size()).get(value);
  if (code != simdjson::SUCCESS) {
    return ExplainBadJson(raw, ExpectedObject(rules_.format), code);
  }
  dom::element field;
  if (value[name].get(field) != simdjson::SUCCESS) {
    return ErrorAt(raw.at, StrCat(ExpectedObject(rules_.format), ", found ", DescribeJson(value)));
  }
  std::string_view prompt;
  if (field.get_string().get(prompt) != simdjson::SUCCESS) {
    return ErrorAt(raw.at, StrCat(ExpectedObject(rules_.format), ", found ", DescribeJson(field),
                                  " as \"", name, "\""));
  }
  entry.item.kind = ItemKind::kPrompt;
  entry.item.content.assign(prompt);
  if (rules_.format == DatasetFormat::kLongalpaca) {
    RETURN_IF_ERROR(AppendInput(value, raw, entry.item.content));
  }
  if (Trim(entry.item.content).empty()) {
    return ErrorAt(raw.at, StrCat("expected text in \"", name, "\", found none"));
  }
  entry.characters = CountCharacters(entry.item.content);
  if (rules_.want_reference) ReadOutput(value, entry);
  return absl::OkStatus();
}

absl::Status EntryParser::ParseFreeLine(const RawEntry& raw, ParsedEntry& entry) {
  const std::string_view text = Trim(raw.text);
  const bool messages = !text.empty() && text[0] == '[';
  const bool body = !text.empty() && text[0] == '{';
  if (!messages && !body) {
    RETURN_IF_ERROR(CheckPlainText(raw, "expected a prompt in UTF-8 text"));
    entry.item.kind = ItemKind::kPrompt;
    entry.item.content.assign(raw.text);
    entry.characters = CountCharacters(raw.text);
    return text.empty() ? ErrorAt(raw.at, "expected a prompt, found no text") : absl::OkStatus();
  }
  const std::string_view expected =
      messages ? "expected an array of chat messages (a plain prompt cannot begin with '[')"
               : "expected a request body (a plain prompt cannot begin with '{')";
  dom::element value;
  const simdjson::error_code code = json_->parse(raw.text.data(), raw.text.size()).get(value);
  if (code != simdjson::SUCCESS) {
    return ExplainBadJson(raw, expected, code);
  }
  const auto measure = messages ? MeasureMessages(value) : MeasureBody(value);
  if (!measure.ok()) {
    return ErrorAt(raw.at, ToStd(measure.status().message()));
  }
  if (measure->empty) {
    return ErrorAt(raw.at, "expected a prompt with text, found none");
  }
  entry.item.kind = messages ? ItemKind::kMessages : ItemKind::kBody;
  entry.item.content.assign(text);
  entry.characters = measure->characters;
  entry.shape = measure->shape;
  return absl::OkStatus();
}

}  // namespace monsoon
