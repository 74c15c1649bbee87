#include "agent/core/engine/pointer/text_diff.h"

#include <algorithm>

namespace monsoon {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr size_t kKeptCapacity = 1 << 20;

std::string_view WithoutTrailingReplacements(std::string_view text) {
  while (text.ends_with(kReplacement)) text.remove_suffix(kReplacement.size());
  return text;
}

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// The length of what both begin with, not ending inside a character.
size_t CommonLength(std::string_view a, std::string_view b) {
  if (b.starts_with(a)) return a.size();
  const auto [end, unused] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  size_t length = static_cast<size_t>(end - a.begin());
  while (length > 0 && length < b.size() && IsContinuation(b[length])) --length;
  return length;
}

}  // namespace

std::string_view TextDiff::Advance(std::string_view text) {
  const std::string_view whole = WithoutTrailingReplacements(text);
  held_back_.assign(text.substr(whole.size()));
  const size_t common = CommonLength(handed_out_, whole);
  if (common == whole.size()) {
    if (common < handed_out_.size()) held_back_.clear();
    return {};
  }
  const std::string_view added = whole.substr(common);
  handed_out_.resize(common);
  handed_out_.append(added);
  return added;
}

std::string_view TextDiff::Rest() {
  const size_t at = handed_out_.size();
  handed_out_.append(held_back_);
  held_back_.clear();
  return std::string_view(handed_out_).substr(at);
}

void TextDiff::Reset() {
  handed_out_.clear();
  if (handed_out_.capacity() > kKeptCapacity) std::string().swap(handed_out_);
  held_back_.clear();
}

bool TextDiff::Contradicts(std::string_view text) const {
  const std::string_view whole = WithoutTrailingReplacements(text);
  return !whole.starts_with(handed_out_) && !std::string_view(handed_out_).starts_with(whole);
}

}  // namespace monsoon
