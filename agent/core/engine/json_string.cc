#include "agent/core/engine/json_string.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace monsoon {
namespace {

constexpr uint32_t kReplacement = 0xFFFD;

bool IsHighSurrogate(uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool IsLowSurrogate(uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

// The four hex digits at `p`; nullopt when they are not. Stops at the closing quote, so it never
// reads behind the string.
std::optional<uint32_t> ReadHex4(const char* p) {
  uint32_t unit = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = p[i];
    uint32_t digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<uint32_t>(c - '0');
    } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
      digit = static_cast<uint32_t>((c | 0x20) - 'a' + 10);
    } else {
      return std::nullopt;
    }
    unit = unit << 4 | digit;
  }
  return unit;
}

char* PutUtf8(uint32_t code_point, char* out) {
  const auto put = [&out](uint32_t byte) { *out++ = static_cast<char>(byte); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3F));
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
  return out;
}

// `p` is behind "\u". Moves it behind the escape, its second half included; nullopt: not hex.
std::optional<uint32_t> ReadUnicodeEscape(const char*& p, bool* repaired) {
  const std::optional<uint32_t> unit = ReadHex4(p);
  if (!unit.has_value()) return std::nullopt;
  p += 4;
  if (IsHighSurrogate(*unit) && p[0] == '\\' && p[1] == 'u') {
    const std::optional<uint32_t> low = ReadHex4(p + 2);
    if (low.has_value() && IsLowSurrogate(*low)) {
      p += 6;
      return 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00);
    }
  }
  if (!IsHighSurrogate(*unit) && !IsLowSurrogate(*unit)) return unit;
  *repaired = true;
  return kReplacement;
}

// What stands for "\c"; 0 when JSON has no such escape.
char SimpleEscape(char c) {
  constexpr std::string_view kFrom = "\"\\/bfnrt";
  constexpr std::string_view kTo = "\"\\/\b\f\n\r\t";
  const size_t at = kFrom.find(c);
  return at == std::string_view::npos ? '\0' : kTo[at];
}

}  // namespace

std::optional<std::string_view> UnescapeInPlace(char* begin, bool* repaired) {
  const char* p = begin;
  while (*p != '"' && *p != '\\') ++p;
  char* out = begin + (p - begin);
  while (*p != '"') {
    if (*p != '\\') {
      *out++ = *p++;
      continue;
    }
    const char escape = p[1];
    p += 2;
    if (escape == 'u') {
      const std::optional<uint32_t> code_point = ReadUnicodeEscape(p, repaired);
      if (!code_point.has_value()) return std::nullopt;
      out = PutUtf8(*code_point, out);
      continue;
    }
    const char plain = SimpleEscape(escape);
    if (plain == '\0') return std::nullopt;
    *out++ = plain;
  }
  return std::string_view(begin, static_cast<size_t>(out - begin));
}

}  // namespace monsoon
