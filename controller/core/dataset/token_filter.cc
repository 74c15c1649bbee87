#include "controller/core/dataset/token_filter.h"

#include <algorithm>
#include <limits>

#include "common/base/str_cat.h"

namespace monsoon {

TokenFilter::TokenFilter(const DatasetSpec& spec, const Tokenizer* tokenizer)
    : spec_(spec), tokenizer_(tokenizer) {
  if (spec.needs_tokenizer()) counter_.emplace(*tokenizer);
}

bool TokenFilter::Admit(ParsedEntry& entry) {
  if (!active()) return true;
  if (spec_.limits_tokens()) {
    const int64_t tokens = counter_->CountUpTo(entry.item, spec_.max_prompt_tokens);
    shortest_ = asked_ == 0 ? tokens : std::min(shortest_, tokens);
    longest_ = std::max(longest_, tokens);
    ++asked_;
    if (tokens < spec_.min_prompt_tokens || tokens > spec_.max_prompt_tokens) return false;
  }
  if (spec_.output_tokens.reference()) {
    entry.item.output_tokens = std::max<int64_t>(1, tokenizer_->Count(entry.reference));
  }
  return true;
}

std::string TokenFilter::LimitsSentence() const {
  return StrCat("the prompts have ", shortest_, " to ", longest_, " tokens, min_prompt_tokens is ",
                spec_.min_prompt_tokens, " and max_prompt_tokens ",
                LimitText(spec_.max_prompt_tokens), ": widen these limits");
}

std::string LimitText(int64_t limit) {
  return limit == std::numeric_limits<int64_t>::max() ? "no limit" : StrCat(limit);
}

}  // namespace monsoon
