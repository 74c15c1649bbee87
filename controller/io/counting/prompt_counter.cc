#include "controller/io/counting/prompt_counter.h"

#include "common/model/cache_bust.h"
#include "controller/core/tokens/prompt_text.h"

namespace monsoon {

std::optional<int64_t> PromptCounts::Find(int64_t position) const {
  absl::MutexLock lock(&mutex_);
  const auto found = counts_.find(position);
  if (found == counts_.end()) return std::nullopt;
  return found->second;
}

void PromptCounts::Set(int64_t position, int64_t tokens) {
  absl::MutexLock lock(&mutex_);
  counts_[position] = tokens;
}

std::optional<int64_t> PromptCounter::Count(uint64_t request_index) {
  if (request_index >= static_cast<uint64_t>(plan_.total())) return std::nullopt;
  const int64_t position = plan_.PositionOf(static_cast<int64_t>(request_index));
  if (spec_.dataset.cache_bust) {
    return CountText(position, CacheBustPrefix(run_id_, spec_.index, request_index));
  }
  if (const std::optional<int64_t> known = counts_.Find(position)) return known;
  const std::optional<int64_t> tokens = CountText(position, "");
  if (tokens) counts_.Set(position, *tokens);
  return tokens;
}

std::optional<int64_t> PromptCounter::CountText(int64_t position, const std::string& prefix) {
  const absl::StatusOr<Item> item = dataset_.Read(position);
  if (!item.ok()) return std::nullopt;
  const absl::StatusOr<ItemText> prompt = PromptTextOf(*item, spec_.engine, prefix);
  if (!prompt.ok()) return std::nullopt;
  int64_t tokens = prompt->listed_tokens;
  for (const std::string& text : prompt->texts) tokens += tokenizer_.Count(text);
  return tokens;
}

}  // namespace monsoon
