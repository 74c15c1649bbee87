// The texts of an item that count as its tokens: what a dataset's token limits are about, and what
// is counted of a request where the engine reports no input tokens (prompt_text.h).
//
// They are a prompt; the text of each message of a chat; all texts of an embeddings request; a
// rerank request's query and documents; and of a whole request body the members that hold prompts,
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

namespace monsoon {

struct ItemText {
  std::vector<std::string> texts;  // each is counted by itself
  int64_t listed_tokens = 0;       // token ids in a body
};

// `system_prompt` becomes the first text of a prompt, or of a chat without images, that has no
// system message. Of images nothing counts. INVALID_ARGUMENT for content that is not what its kind
// says.
absl::StatusOr<ItemText> ItemTextOf(const Item& item, std::string_view system_prompt = "");

}  // namespace monsoon
