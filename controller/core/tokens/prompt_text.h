// The text of which an engine makes the input of a request, as far as this side knows it: what is
// counted where the engine reports no input tokens.
//
// A server's chat template adds tokens of its own around messages, which nobody here can know; what
// is rendered here (`prompt_template`, common/prompt) is known whole, but for a begin-of-text token
// that an engine's own tokenizer may add. Of a request body the members that hold prompts are read,
// under the names that the engines' routes have for them.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "common/model/item.h"
#include "controller/core/scenario/scenario.h"

namespace monsoon {

struct PromptText {
  std::vector<std::string> texts;  // each is counted by itself
  int64_t listed_tokens = 0;       // token ids in a body
};

// `cache_bust_prefix` (may be "") goes before the first text, as it is sent. INVALID_ARGUMENT when
// the item cannot be sent to this engine.
absl::StatusOr<PromptText> PromptTextOf(const Item& item, const EngineSpec& engine,
                                        std::string_view cache_bust_prefix);

// Equal for two engines that make the same texts of every item.
std::string PromptShape(const EngineSpec& engine);

}  // namespace monsoon
