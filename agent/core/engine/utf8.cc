#include "agent/core/engine/utf8.h"

#include <cstdint>

namespace monsoon {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool IsContinuation(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

// Length of the valid character at the start of `text`; 0 when there is none. The second byte's
// range depends on the first (no overlong forms, no surrogates, nothing beyond U+10FFFF).
size_t CharacterLength(std::string_view text) {
  const auto lead = static_cast<uint8_t>(text[0]);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if (!IsContinuation(text[i])) return 0;
  }
  const auto second = static_cast<uint8_t>(text[1]);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
      (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) {
    return 0;
  }
  return length;
}

bool IsSpaceOrControl(char c) { return static_cast<uint8_t>(c) <= 0x20 || c == 0x7F; }

}  // namespace

void AppendRepairedUtf8(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const size_t length = CharacterLength(text);
    out.append(length == 0 ? kReplacement : text.substr(0, length));
    text.remove_prefix(length == 0 ? 1 : length);
  }
}

std::string_view Utf8Prefix(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  size_t end = max_bytes;
  // A character has at most three continuation bytes; more of them are garbage and no reason to go
  // on.
  while (end > 0 && max_bytes - end < 3 && IsContinuation(text[end])) --end;
  return text.substr(0, IsContinuation(text[end]) ? max_bytes : end);
}

std::string Excerpt(std::string_view text, size_t max_bytes) {
  std::string repaired;
  AppendRepairedUtf8(Utf8Prefix(text, 4 * max_bytes), repaired);
  std::string out;
  for (const char c : repaired) {
    const bool blank = IsSpaceOrControl(c);
    if (blank && (out.empty() || out.back() == ' ')) continue;
    out.push_back(blank ? ' ' : c);
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  if (out.size() > max_bytes || text.size() > 4 * max_bytes) {
    out.resize(Utf8Prefix(out, max_bytes).size());
    out += "...";
  }
  return out;
}

}  // namespace monsoon
