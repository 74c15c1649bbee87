// The text of which an engine makes the input of a request, as far as this side knows it: what is
// counted where the engine reports no input tokens.
//
// A server's chat template adds tokens of its own around messages, which nobody here can know; what
// is rendered here (`prompt_template`, common/prompt) is known whole, but for a begin-of-text token
// that an engine's own tokenizer may add. Everything else counts as item_text.h says.
//
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "common/model/item.h"
#include "controller/core/scenario/scenario.h"
#include "controller/core/tokens/item_text.h"

namespace monsoon {

// `cache_bust_prefix` (may be "") goes where it is sent: before the first text, but before each of
// an embeddings request. INVALID_ARGUMENT when
// the item cannot be sent to this engine.
absl::StatusOr<ItemText> PromptTextOf(const Item& item, const EngineSpec& engine,
                                      std::string_view cache_bust_prefix);

// Equal for two engines that make the same texts of every item.
std::string PromptShape(const EngineSpec& engine);

}  // namespace monsoon
