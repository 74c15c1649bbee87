#include "controller/core/report/text_wrap.h"

#include <algorithm>

#include "controller/core/report/clean_text.h"

namespace monsoon {
namespace {

// The bytes of `word` that fit into `width` columns, at least one character.
size_t BytesThatFit(std::string_view word, int width) {
  size_t bytes = 0;
  while (bytes < word.size()) {
    size_t next = bytes + 1;
    while (next < word.size() && (static_cast<uint8_t>(word[next]) & 0xc0) == 0x80) ++next;
    if (bytes > 0 && DisplayWidth(word.substr(0, next)) > width) break;
    bytes = next;
  }
  return bytes;
}

}  // namespace

std::string WrapText(std::string_view first, std::string_view text, int columns) {
  const int indent = DisplayWidth(first);
  const int room = std::max(columns - indent, 1);
  std::string out(first);
  int used = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (!word.empty()) {
      const int gap = used > 0 ? 1 : 0;
      if (used > 0 && used + gap + DisplayWidth(word) > room) {
        out += "\n" + std::string(indent, ' ');
        used = 0;
        continue;
      }
      const size_t bytes = BytesThatFit(word, room - used - gap);
      out += (gap > 0 ? " " : "") + std::string(word.substr(0, bytes));
      used += gap + DisplayWidth(word.substr(0, bytes));
      word.remove_prefix(bytes);
    }
  }
  return out + "\n";
}

}  // namespace monsoon
