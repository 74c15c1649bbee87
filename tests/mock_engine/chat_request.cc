#include "tests/mock_engine/chat_request.h"

#include <algorithm>

#include "absl/status/status.h"

#include "common/base/str_cat.h"

namespace monsoon::mock_engine {
namespace {

using simdjson::dom::element;

int64_t CountCodePoints(std::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; });
}

// `content` is a string, or a list of parts of which the text parts count.
int64_t ContentCodePoints(element content) {
  std::string_view text;
  if (content.get(text) == simdjson::SUCCESS) return CountCodePoints(text);
  simdjson::dom::array parts;
  if (content.get(parts) != simdjson::SUCCESS) return 0;
  int64_t sum = 0;
  for (element part : parts) {
    if (part["text"].get(text) == simdjson::SUCCESS) sum += CountCodePoints(text);
  }
  return sum;
}

absl::StatusOr<int64_t> MessagesCodePoints(element root) {
  simdjson::dom::array messages;
  if (root["messages"].get(messages) != simdjson::SUCCESS) {
    return absl::InvalidArgumentError("The request needs a list of messages.");
  }
  int64_t sum = 0;
  for (element message : messages) {
    element content;
    if (message["content"].get(content) == simdjson::SUCCESS) sum += ContentCodePoints(content);
  }
  return sum;
}

bool ReadBool(element object, std::string_view key) {
  bool value = false;
  return object[key].get(value) == simdjson::SUCCESS && value;
}

absl::Status ReadLimit(element root, std::string_view key, std::optional<int64_t>* limit) {
  element value;
  if (root[key].get(value) != simdjson::SUCCESS || value.is_null()) return absl::OkStatus();
  int64_t number = 0;
  if (value.get(number) != simdjson::SUCCESS || number < 1) {
    return absl::InvalidArgumentError(StrCat(key, " must be a whole number, at least 1."));
  }
  *limit = number;
  return absl::OkStatus();
}

absl::Status ReadStreamOptions(element root, ChatRequest* request) {
  request->stream = ReadBool(root, "stream");
  element options;
  if (root["stream_options"].get(options) != simdjson::SUCCESS || options.is_null()) {
    return absl::OkStatus();
  }
  if (!request->stream) {
    return absl::InvalidArgumentError("stream_options are only allowed with stream:true.");
  }
  if (!options.is_object()) return absl::InvalidArgumentError("stream_options must be an object.");
  request->include_usage = ReadBool(options, "include_usage");
  request->continuous_usage = request->include_usage && ReadBool(options, "continuous_usage_stats");
  return absl::OkStatus();
}

}  // namespace

int64_t PromptTokensOfCodePoints(int64_t code_points) {
  return std::max<int64_t>(1, (code_points + 3) / 4);
}

absl::StatusOr<ChatRequest> ChatRequestReader::Read(std::string_view body) {
  element root;
  if (parser_.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS || !root.is_object()) {
    return absl::InvalidArgumentError("The body is not a JSON object.");
  }
  ChatRequest request;
  std::string_view model;
  if (root["model"].get(model) != simdjson::SUCCESS || model.empty()) {
    return absl::InvalidArgumentError("The request needs a model name.");
  }
  request.model = std::string(model);
  absl::StatusOr<int64_t> code_points = MessagesCodePoints(root);
  if (!code_points.ok()) return code_points.status();
  request.prompt_tokens = PromptTokensOfCodePoints(*code_points);
  absl::Status status = ReadLimit(root, "max_tokens", &request.max_tokens);
  if (status.ok()) status = ReadLimit(root, "max_completion_tokens", &request.max_tokens);
  if (status.ok()) status = ReadStreamOptions(root, &request);
  if (!status.ok()) return status;
  return request;
}

}  // namespace monsoon::mock_engine
