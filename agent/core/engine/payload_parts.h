// What the readers of all JSON dialects share: a text, the engine's token counts, a finish reason,
// an error. Each takes the JSON value at hand and returns false only where its JSON is broken, as
// ForEachField() (json_event.h) wants it; a value of another type than expected is passed over.
//
// Of the load thread; nothing is allocated, except for an error.
#pragma once

#include <string_view>

#include "agent/core/engine/json_event.h"
#include "agent/core/engine/payload_reader.h"
#include "agent/core/engine/response_sink.h"

namespace monsoon {

// Reports `value` if it is a string and not empty.
bool EmitText(JsonEvent& event, TextChannel channel, JsonValue value, ResponseSink& sink);

// A count, also as "12" or 12.0; kUnknownTokens for anything else, null and negative included.
int64_t TokenCount(JsonValue value);

// Reads an object of counts into `usage`, whatever the dialect calls them: prompt_tokens or
// input_tokens, completion_tokens or output_tokens, ..._details {cached_tokens, reasoning_tokens},
// and reasoning_tokens beside them (SGLang).
bool ReadUsage(JsonValue value, Usage& usage);

// Whether a count of input or output tokens is there and not all of them are 0: Ollama puts zeros
// into every chunk.
bool HasCounts(const Usage& usage);

// A string, or an object {"type": ...} (LMDeploy and SGLang native). `reason` stays as it is when
// `value` says that the answer goes on (null, "", "null").
bool ReadFinishReason(JsonEvent& event, JsonValue value, FinishReason& reason);

// Whether this member of a payload's root can be (part of) an error, so that looking closer pays.
bool HintsAtError(JsonKey key, JsonValue value);

// If `payload` is or holds an error (error_object.h), reports it and returns true.
bool ReportError(std::string_view payload, PayloadForm form, ResponseSink& sink);

}  // namespace monsoon
