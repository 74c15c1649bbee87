// PromptTokens: how many tokens of text an item carries, by one model's tokenizer. What an engine
// puts around it (a chat template, a begin-of-text token) comes on top and is not known here.
//
// Pure; any thread. Beware of one call on a long prompt: a tokenizer reads about 4 MB of text per
// second.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/model/item.h"
#include "controller/core/tokens/tokenizer.h"

namespace monsoon {

class PromptTokens {
 public:
  // `tokenizer` must outlive this object.
  explicit PromptTokens(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}

  // The texts that count (controller/core/tokens/item_text.h), each by itself. Prompts given as
  // token ids count as these. 0 for content that is not what its kind says.
  int64_t Count(const Item& item) const;

  // As Count, but stops early: beyond `limit`, what is returned is some number above it. A text
  // much longer than `limit` tokens is judged by its beginning, at a small part of the cost: once
  // that alone has over twice as many tokens, no way of cutting the rest brings it back.
  int64_t CountUpTo(const Item& item, int64_t limit) const;

 private:
  const Tokenizer& tokenizer_;
};

// As PromptTokens::CountUpTo, of one text.
int64_t CountTextUpTo(const Tokenizer& tokenizer, std::string_view text, int64_t limit);

}  // namespace monsoon
