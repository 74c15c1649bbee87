// Checks that a parsed JSON value is a chat (an array of messages) or a request body, and measures
// its text. Pure; any thread. Errors are INVALID_ARGUMENT, worded to follow "file:line:column: ".
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "controller/core/dataset/item_shape.h"

namespace monsoon {

struct PromptMeasure {
  int64_t characters = 0;  // code points, summed over all string contents
  bool empty = true;       // no text, and nothing else (image part, token id) either
  ItemShape shape;         // but for its kind
};

// A non-empty array of objects with a string "role". "content" may be a string, null or absent, or
// an array of parts; a part's string "text" counts, other parts make the prompt non-empty. Only the
// first `count` messages are looked at.
absl::StatusOr<PromptMeasure> MeasureMessages(simdjson::dom::element value,
                                              int64_t count = std::numeric_limits<int64_t>::max());

// An object with "messages" (as above); "prompt", "inputs", "text_input", "text", "prompts",
// "input_ids": a string, or an array of strings, token ids or arrays of token ids; "input": such,
// or an array of messages (Responses), or an object with "messages" or "prompt" (DashScope); or a
// "query" with "documents" or "texts" (rerank). Whether one route takes it: route_fit.h.
absl::StatusOr<PromptMeasure> MeasureBody(simdjson::dom::element value);

// "a number", "null", "an object with the fields "a", "b"" ...: what was found, for a message.
std::string DescribeJson(simdjson::dom::element value);

}  // namespace monsoon
