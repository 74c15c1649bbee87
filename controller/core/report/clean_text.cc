#include "controller/core/report/clean_text.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace monsoon {
namespace {

constexpr char kReplacement[] = "\xEF\xBF\xBD";
constexpr char kEllipsis[] = "\xE2\x80\xA6";

struct Character {
  uint32_t code_point = 0;
  size_t bytes = 0;  // 0: no valid character here
};

// The character at the front of `text`, by RFC 3629: no overlong forms, surrogates, or beyond
// 10FFFF.
Character Front(std::string_view text) {
  const auto lead = static_cast<uint8_t>(text.front());
  if (lead < 0x80) return {lead, 1};
  const size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return {};
  uint32_t code_point = lead & (0x7fu >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<uint8_t>(text[i]);
    if ((next & 0xc0) != 0x80) return {};
    code_point = (code_point << 6) | (next & 0x3f);
  }
  static constexpr std::array<uint32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  if (code_point < kSmallest[bytes] || code_point > 0x10ffff || surrogate) return {};
  return {code_point, bytes};
}

struct Range {
  uint32_t first, last;
};

// Unicode 14 EastAsianWidth W and F, neighbouring blocks joined: enough for names and messages.
constexpr std::array<Range, 13> kWide = {{{0x1100, 0x115f},
                                          {0x2e80, 0x303e},
                                          {0x3041, 0x33ff},
                                          {0x3400, 0x4dbf},
                                          {0x4e00, 0xa4cf},
                                          {0xa960, 0xa97f},
                                          {0xac00, 0xd7a3},
                                          {0xf900, 0xfaff},
                                          {0xfe30, 0xfe6f},
                                          {0xff00, 0xff60},
                                          {0xffe0, 0xffe6},
                                          {0x1f300, 0x1faff},
                                          {0x20000, 0x3fffd}}};
constexpr std::array<Range, 5> kNoWidth = {
    {{0x300, 0x36f}, {0x200b, 0x200f}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0x202a, 0x202e}}};

template <size_t N>
bool IsIn(const std::array<Range, N>& ranges, uint32_t code_point) {
  return std::any_of(ranges.begin(), ranges.end(), [code_point](const Range& range) {
    return range.first <= code_point && code_point <= range.last;
  });
}

int WidthOf(uint32_t code_point) {
  if (IsIn(kNoWidth, code_point)) return 0;
  return IsIn(kWide, code_point) ? 2 : 1;
}

bool IsControl(uint32_t code_point) {
  const bool bidi_override = code_point >= 0x202a && code_point <= 0x202e;
  return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0) || bidi_override;
}

}  // namespace

std::string CleanText(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const Character character = Front(text);
    if (character.bytes == 0) {
      clean += kReplacement;
    } else if (IsControl(character.code_point)) {
      clean += ' ';
    } else {
      clean += text.substr(0, character.bytes);
    }
    text.remove_prefix(std::max<size_t>(character.bytes, 1));
  }
  return clean;
}

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  for (const char c : CleanText(text)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

int DisplayWidth(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const Character character = Front(text);
    width += character.bytes == 0 ? 1 : WidthOf(character.code_point);
    text.remove_prefix(std::max<size_t>(character.bytes, 1));
  }
  return width;
}

std::string FitWidth(std::string_view text, int width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  std::string_view rest = text;
  int used = 0;
  while (!rest.empty()) {
    const Character character = Front(rest);
    used += character.bytes == 0 ? 1 : WidthOf(character.code_point);
    if (used > width - 1) break;
    rest.remove_prefix(std::max<size_t>(character.bytes, 1));
  }
  return std::string(text.substr(0, text.size() - rest.size())) + kEllipsis;
}

}  // namespace monsoon
