#include "tests/mock_engine/vocabulary.h"

#include <array>

#include "absl/strings/str_format.h"

namespace monsoon::mock_engine {
namespace {

constexpr std::array<std::string_view, 16> kWords = {
    "The",  " monsoon", " brings",          " rain", ",",     " 季风",
    "带来", "雨",       "\xF0\x9F\x8C\xA7", " and",  " wind", ".",
    "\n",   " Rivers",  " \"rise\"",        " again"};

// One code point from the front of `text`; U+FFFD for a byte that begins none.
char32_t TakeCodePoint(std::string_view* text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>((*text)[i]); };
  const unsigned char lead = byte(0);
  const size_t length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t point = length <= 1 ? lead : lead & (0x7F >> length);
  bool good = length > 0 && lead < 0xF5 && length <= text->size();
  for (size_t i = 1; good && i < length; ++i) {
    good = (byte(i) & 0xC0) == 0x80;
    point = (point << 6) | (byte(i) & 0x3F);
  }
  text->remove_prefix(good ? length : 1);
  return good ? point : 0xFFFD;
}

void AppendEscaped(char32_t point, std::string* out) {
  if (point >= 0x10000) {
    point -= 0x10000;
    absl::StrAppendFormat(out, "\\u%04x\\u%04x", 0xD800 + (point >> 10), 0xDC00 + (point & 0x3FF));
  } else {
    absl::StrAppendFormat(out, "\\u%04x", static_cast<uint32_t>(point));
  }
}

void AppendAscii(char c, std::string* out) {
  switch (c) {
    case '"':
      out->append("\\\"");
      return;
    case '\\':
      out->append("\\\\");
      return;
    case '\n':
      out->append("\\n");
      return;
    default:
      break;
  }
  if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
    AppendEscaped(static_cast<unsigned char>(c), out);
  } else {
    out->push_back(c);
  }
}

std::array<std::string, kWords.size()> EscapeAll(bool ascii_only) {
  std::array<std::string, kWords.size()> escaped;
  for (size_t i = 0; i < kWords.size(); ++i) AppendJsonText(kWords[i], ascii_only, &escaped[i]);
  return escaped;
}

}  // namespace

void AppendJsonText(std::string_view text, bool ascii_only, std::string* out) {
  while (!text.empty()) {
    if (static_cast<unsigned char>(text.front()) < 0x80) {
      AppendAscii(text.front(), out);
      text.remove_prefix(1);
    } else if (ascii_only) {
      AppendEscaped(TakeCodePoint(&text), out);
    } else {
      out->push_back(text.front());
      text.remove_prefix(1);
    }
  }
}

std::string JsonString(std::string_view text, bool ascii_only) {
  std::string out = "\"";
  AppendJsonText(text, ascii_only, &out);
  out.push_back('"');
  return out;
}

std::string_view Word(int64_t position) {
  return kWords[static_cast<uint64_t>(position) % kWords.size()];
}

std::string_view EscapedWord(int64_t position, bool ascii_only) {
  static const auto* const kUtf8 = new auto(EscapeAll(false));
  static const auto* const kAscii = new auto(EscapeAll(true));
  return (ascii_only ? *kAscii : *kUtf8)[static_cast<uint64_t>(position) % kWords.size()];
}

}  // namespace monsoon::mock_engine
