#include "controller/core/dataset/prompt_tokens.h"

#include <algorithm>
#include <limits>

#include "controller/core/tokens/item_text.h"

namespace monsoon {
namespace {

constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

// A text longer than this many bytes per allowed token is judged by so much of it; text has about
// four bytes per token.
constexpr int64_t kHeadBytesPerToken = 16;
constexpr int64_t kMinHeadBytes = 4096;

// The first `bytes` of `text`, not cutting a character.
std::string_view Head(std::string_view text, size_t bytes) {
  while (bytes > 0 && (static_cast<uint8_t>(text[bytes]) & 0xc0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

}  // namespace

int64_t CountTextUpTo(const Tokenizer& tokenizer, std::string_view text, int64_t limit) {
  const int64_t bytes = static_cast<int64_t>(text.size());
  if (limit < bytes / kHeadBytesPerToken && bytes > kMinHeadBytes) {
    const int64_t head_bytes = std::max(limit * kHeadBytesPerToken, kMinHeadBytes);
    const int64_t count = tokenizer.Count(Head(text, static_cast<size_t>(head_bytes)));
    if (count > 2 * limit) return count;
  }
  return tokenizer.Count(text);
}

int64_t PromptTokens::Count(const Item& item) const { return CountUpTo(item, kNoLimit); }

int64_t PromptTokens::CountUpTo(const Item& item, int64_t limit) const {
  const absl::StatusOr<ItemText> text = ItemTextOf(item);
  if (!text.ok()) return 0;
  int64_t tokens = text->listed_tokens;
  for (const std::string& each : text->texts) {
    if (tokens > limit) break;
    tokens += CountTextUpTo(tokenizer_, each, limit - tokens);
  }
  return tokens;
}

}  // namespace monsoon
