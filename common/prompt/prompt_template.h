// What a route without chat messages is sent as its prompt: the turns of an item, put together as a
// chat route of the engine would do it (`engine.prompt_template` of a scenario). Pure; any thread.
// Both programs call it: the agent to send the prompt, the controller to count its tokens.
//
//   ""       the prompt alone
//   plain    the system prompt, a blank line, the prompt
//   chatml   <|im_start|>ROLE\nTEXT<|im_end|>\n for each turn, then <|im_start|>assistant\n
//   llama3   <|start_header_id|>ROLE<|end_header_id|>\n\nTEXT<|eot_id|> for each turn, then the
//            assistant's header; without <|begin_of_text|>, which the engine's tokenizer adds
//   a text with {prompt}, and {system} if it likes
//
// An item's own system message wins over `system_prompt`. Only chatml and llama3 can hold more than
// one turn beside it.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "common/model/item.h"

namespace monsoon {

// INVALID_ARGUMENT, with what was expected, when `prompt_template` is none of the above.
absl::Status CheckPromptTemplate(std::string_view prompt_template);

// The prompt of `item`, which is a prompt or chat messages. `prefix` (the cache-bust prefix; may be
// "") goes before the first text, inside the template. INVALID_ARGUMENT when the item cannot be
// put into this template. REQUIRES: CheckPromptTemplate(prompt_template).ok().
absl::StatusOr<std::string> RenderPrompt(std::string_view prompt_template,
                                         std::string_view system_prompt, const Item& item,
                                         std::string_view prefix = "");

}  // namespace monsoon
