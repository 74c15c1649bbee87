#include "tests/mock_engine/generation_request.h"

#include <algorithm>

#include "absl/status/status.h"

#include "common/base/str_cat.h"
#include "tests/mock_engine/vocabulary.h"

namespace monsoon::mock_engine {
namespace {

using simdjson::dom::element;

constexpr int64_t kCodePointsPerToken = 4;

// What a prompt holds, however it is nested.
struct PromptSize {
  int64_t code_points = 0;
  int64_t ids = 0;
  std::string* text = nullptr;  // not null: gets the texts
};

int64_t CountCodePoints(std::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; });
}

// A prompt is a text, a list of texts or token ids, or messages whose `content` is a text or a list
// of parts of which the text parts count.
void AddPrompt(element prompt, PromptSize* size) {
  std::string_view text;
  if (prompt.get(text) == simdjson::SUCCESS) {
    size->code_points += CountCodePoints(text);
    if (size->text != nullptr) AppendJsonText(text, false, size->text);
  } else if (prompt.is_array()) {
    for (element one : simdjson::dom::array(prompt)) AddPrompt(one, size);
  } else if (prompt.is_object()) {
    element inner;
    if (prompt["content"].get(inner) == simdjson::SUCCESS ||
        prompt["text"].get(inner) == simdjson::SUCCESS) {
      AddPrompt(inner, size);
    }
  } else if (prompt.is_number()) {
    ++size->ids;
  }
}

absl::Status ReadPrompt(element root, const RequestShape& shape, GenerationRequest* request) {
  PromptSize size;
  if (shape.keep_prompt) size.text = &request->prompt;
  bool found = false;
  for (const std::string& place : shape.prompt) {
    element prompt;
    if (root.at_pointer(place).get(prompt) != simdjson::SUCCESS || prompt.is_null()) continue;
    const bool messages = place.ends_with("/messages");
    if (messages ? !prompt.is_array() : !prompt.is_array() && !prompt.is_string()) {
      return absl::InvalidArgumentError(
          messages ? "The request needs a list of messages."
                   : StrCat(place.substr(1), " must be a text or a list."));
    }
    found = true;
    AddPrompt(prompt, &size);
  }
  if (!found) {
    return absl::InvalidArgumentError(
        shape.prompt.front() == "/messages"
            ? "The request needs a list of messages."
            : StrCat("The request needs ", shape.prompt.front().substr(1), "."));
  }
  request->prompt_tokens = PromptTokensOfCodePoints(size.code_points);
  if (size.ids > 0) {
    request->prompt_tokens =
        size.ids + (size.code_points > 0 ? PromptTokensOfCodePoints(size.code_points) : 0);
  }
  return absl::OkStatus();
}

// True, or the word that asks for the message format.
bool ReadFlag(element root, std::string_view place) {
  element value;
  if (root.at_pointer(place).get(value) != simdjson::SUCCESS) return false;
  bool on = false;
  if (value.get(on) == simdjson::SUCCESS) return on;
  std::string_view word;
  return value.get(word) == simdjson::SUCCESS && word == "message";
}

absl::Status ReadLimits(element root, const RequestShape& shape, GenerationRequest* request) {
  for (const std::string& place : shape.limits) {
    element value;
    if (root.at_pointer(place).get(value) != simdjson::SUCCESS || value.is_null()) continue;
    int64_t number = 0;
    // -1 means "no limit" where it is allowed at all.
    const bool whole = value.get(number) == simdjson::SUCCESS;
    if (!whole || number == 0 || number < -1) {
      return absl::InvalidArgumentError(
          StrCat(place.substr(1), " must be a whole number, at least 1."));
    }
    if (number > 0) request->max_tokens = number;
  }
  if (shape.limit_needed && !request->max_tokens.has_value()) {
    return absl::InvalidArgumentError(
        StrCat("The request needs ", shape.limits.front().substr(1), "."));
  }
  return absl::OkStatus();
}

absl::Status ReadStreamOptions(element root, GenerationRequest* request) {
  element options;
  if (root["stream_options"].get(options) != simdjson::SUCCESS || options.is_null()) {
    return absl::OkStatus();
  }
  if (!request->stream) {
    return absl::InvalidArgumentError("stream_options are only allowed with stream:true.");
  }
  if (!options.is_object()) return absl::InvalidArgumentError("stream_options must be an object.");
  return absl::OkStatus();
}

void ReadStreamAndFlags(element root, const RequestShape& shape, GenerationRequest* request) {
  request->stream = shape.stream == RequestShape::Stream::kMemberElseTrue;
  bool stream = false;
  if (root.at_pointer(shape.stream_member).get(stream) == simdjson::SUCCESS) {
    request->stream = stream;
  }
  for (const auto& [flag, place] : shape.flags) {
    if (ReadFlag(root, place)) request->flags |= AnswerState::Bit(flag);
  }
  // Counts in every event are a refinement of counts at all.
  if ((request->flags & AnswerState::Bit(Flag::kUsage)) == 0) {
    request->flags &= ~AnswerState::Bit(Flag::kContinuous);
  }
}

void ReadItems(element root, const RequestShape& shape, GenerationRequest* request) {
  element items;
  if (shape.items.empty() || root.at_pointer(shape.items).get(items) != simdjson::SUCCESS) return;
  int64_t number = 0;
  if (items.get(number) == simdjson::SUCCESS) request->items = std::clamp<int64_t>(number, 1, 128);
  if (!items.is_array()) return;
  const simdjson::dom::array list(items);
  // A list of token ids is one text.
  const bool ids = list.size() > 0 && list.at(0).is_number();
  request->items = ids ? 1 : static_cast<int64_t>(list.size());
}

absl::Status Refuse(element root, const RequestShape& shape) {
  for (const std::string& place : shape.refused) {
    if (root.at_pointer(place).error() == simdjson::SUCCESS) {
      return absl::InvalidArgumentError(
          StrCat("Unrecognized request argument supplied: ", place.substr(1)));
    }
  }
  return absl::OkStatus();
}

}  // namespace

int64_t PromptTokensOfCodePoints(int64_t code_points) {
  return std::max<int64_t>(1, (code_points + kCodePointsPerToken - 1) / kCodePointsPerToken);
}

absl::StatusOr<GenerationRequest> RequestReader::Read(std::string_view body,
                                                      const RequestShape& shape) {
  element root;
  if (parser_.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS || !root.is_object()) {
    return absl::InvalidArgumentError("The body is not a JSON object.");
  }
  GenerationRequest request;
  if (!shape.model.empty()) {
    std::string_view model;
    if (root.at_pointer(shape.model).get(model) != simdjson::SUCCESS || model.empty()) {
      return absl::InvalidArgumentError("The request needs a model name.");
    }
    request.model = std::string(model);
  }
  absl::Status status = ReadPrompt(root, shape, &request);
  if (status.ok()) status = ReadLimits(root, shape, &request);
  ReadStreamAndFlags(root, shape, &request);
  if (status.ok() && shape.stream_options) status = ReadStreamOptions(root, &request);
  if (status.ok()) status = Refuse(root, shape);
  if (!status.ok()) return status;
  ReadItems(root, shape, &request);
  return request;
}

}  // namespace monsoon::mock_engine
