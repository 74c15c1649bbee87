// The text of which an engine makes the input of a request, as far as this side knows it: what is
// counted where the engine reports no input tokens.
//
// A server's chat template adds tokens of its own around messages, which nobody here can know; a
// prompt that is rendered here (`prompt_template`) is known whole. Of a request body the members
// that hold prompts are read, under the names that the engines' routes have for them.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "common/model/item.h"

namespace monsoon {

struct PromptText {
  std::vector<std::string> texts;  // each is counted by itself
  int64_t listed_tokens = 0;       // token ids in a body
};

// `cache_bust_prefix` (may be "") goes before the first text, as it is sent. INVALID_ARGUMENT when
// the item is not the JSON that its kind says.
absl::StatusOr<PromptText> PromptTextOf(const Item& item, std::string_view cache_bust_prefix);

}  // namespace monsoon
