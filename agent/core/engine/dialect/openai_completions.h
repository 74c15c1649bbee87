// OpenAiCompletions: the adapter of OpenAI's legacy completions route, which takes raw prompts. It
// differs from chat (openai_chat.h) in what it is sent; the answer's reader and what the
// measurement needs are the same.
//
// An item is a prompt or chat messages, put together by the case's prompt template into `prompt`;
// or a whole body with a `prompt`: a text, a list of texts, or token ids. The cache-bust prefix
// goes before the first text; token ids have none to put it before.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"

#include "agent/core/engine/dialect/openai_chat.h"

namespace monsoon {

class OpenAiCompletions : public OpenAiChat {
 protected:
  absl::StatusOr<RequestJson> FromItem(const Item& item,
                                       std::string_view cache_bust_prefix) const override;
};

}  // namespace monsoon
