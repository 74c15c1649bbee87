// TokenFilter: what a dataset's entries need the model's tokenizer for: whether a prompt is within
// min/max_prompt_tokens, and how long the answer is to be where its length is the reference
// answer's. Pure; serves one thread.
//
// No bound on tokens follows from a number of characters (normalisers expand text and collapse it),
// so each candidate is counted; what the limits in characters leave out is never asked about, and
// of a text that is far too long only the beginning is read (prompt_tokens.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "controller/core/dataset/entry_parser.h"
#include "controller/core/dataset/prompt_tokens.h"
#include "controller/core/scenario/scenario.h"
#include "controller/core/tokens/tokenizer.h"

namespace monsoon {

class TokenFilter {
 public:
  // REQUIRES: `tokenizer` is there when spec.needs_tokenizer(). Both outlive the filter.
  TokenFilter(const DatasetSpec& spec, const Tokenizer* tokenizer);

  // Whether there is anything to do; else Admit() lets everything pass.
  bool active() const { return counter_.has_value(); }

  // Whether `entry` is used. Sets item.output_tokens of one that is.
  bool Admit(ParsedEntry& entry);

  // "the prompts have 3 to 90 tokens, ...: widen these limits", once something was left out.
  std::string LimitsSentence() const;

 private:
  const DatasetSpec& spec_;
  const Tokenizer* tokenizer_;
  std::optional<PromptTokens> counter_;
  int64_t asked_ = 0;
  int64_t shortest_ = 0;  // of what was asked about; one far too long counts as far as it was read
  int64_t longest_ = 0;
};

// A limit for a message: "no limit", or the number.
std::string LimitText(int64_t limit);

}  // namespace monsoon
