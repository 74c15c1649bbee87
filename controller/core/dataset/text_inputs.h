// Reads the inputs of embeddings and rerank requests. Pure; any thread. Errors are
// INVALID_ARGUMENT, worded to follow "file:line:column: ".
#pragma once

#include <simdjson.h>

#include <string_view>

#include "absl/status/status.h"

#include "controller/core/dataset/entry_parser.h"

namespace monsoon {

// A string; an object with "text", "input", "sentence" or "content", a string or a list of strings;
// or a list of strings, which is one request's batch (only where batch_size is 1).
absl::Status ReadEmbedding(const EntryRules& rules, simdjson::dom::element value,
                           ParsedEntry& entry);
// A line that is no JSON: the text itself.
absl::Status ReadEmbeddingText(std::string_view text, ParsedEntry& entry);

// An object with a string "query" and a non-empty list "documents" (or "passages", "texts"):
// strings, or objects with a string "text".
absl::Status ReadRerank(simdjson::dom::element value, ParsedEntry& entry);

}  // namespace monsoon
