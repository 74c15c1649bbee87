#include "controller/core/dataset/prompt_tokens.h"

#include <simdjson.h>

#include <algorithm>
#include <limits>

#include "controller/core/dataset/chat_shape.h"

namespace monsoon {
namespace {

namespace dom = simdjson::dom;

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

void VisitStrings(dom::element value, TextVisitor visit) {
  std::string_view text;
  dom::array list;
  if (value.get_string().get(text) == simdjson::SUCCESS) return visit(text);
  if (value.get_array().get(list) != simdjson::SUCCESS) return;
  for (const dom::element element : list) VisitStrings(element, visit);
}

void VisitField(dom::element value, std::string_view name, TextVisitor visit) {
  dom::element field;
  if (value[name].get(field) == simdjson::SUCCESS) VisitStrings(field, visit);
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

PromptTokens::PromptTokens(const Tokenizer& tokenizer)
    : tokenizer_(&tokenizer), json_(std::make_unique<dom::parser>()) {}
PromptTokens::~PromptTokens() = default;
PromptTokens::PromptTokens(PromptTokens&&) noexcept = default;

int64_t PromptTokens::Count(const Item& item) { return CountUpTo(item, kNoLimit); }

int64_t PromptTokens::CountUpTo(const Item& item, int64_t limit) {
  if (item.kind == ItemKind::kPrompt) return CountTextUpTo(*tokenizer_, item.content, limit);
  dom::element value;
  if (json_->parse(item.content).get(value) != simdjson::SUCCESS) return 0;
  int64_t tokens = 0;
  const auto visit = [&](std::string_view text) {
    if (tokens <= limit) tokens += CountTextUpTo(*tokenizer_, text, limit - tokens);
  };
  absl::StatusOr<PromptMeasure> measure = PromptMeasure{};
  switch (item.kind) {
    case ItemKind::kMessages:
      measure = MeasureMessages(value, visit);
      break;
    case ItemKind::kBody:
      measure = MeasureBody(value, visit);
      break;
    case ItemKind::kRerank:
      VisitField(value, "query", visit);
      VisitField(value, "documents", visit);
      break;
    default:
      VisitStrings(value, visit);
  }
  return tokens + (measure.ok() ? measure->token_ids : 0);
}

}  // namespace monsoon
