#include "agent/core/operate/log_entry.h"

#include <array>
#include <cmath>

#include "absl/strings/str_format.h"

#include "common/base/str_cat.h"
#include "common/time/clock.h"
#include "common/time/duration_text.h"

namespace monsoon {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warning", "error"};
// syslog(3)
constexpr std::array<int, 4> kPriorities = {7, 6, 4, 3};
constexpr size_t kMaxValueBytes = 1024;

std::string Time(int64_t wall_ns) {
  std::string text = FormatUtc(wall_ns);  // ...08Z
  text.pop_back();
  return StrCat(text, absl::StrFormat(".%03dZ", wall_ns / kNsPerMs % 1000));
}

// Bytes of the UTF-8 sequence that begins at `text`; 0 if it is none.
size_t SequenceLength(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  size_t length = 0;
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) length = 2;
  if (first >= 0xE0 && first < 0xF0) length = 3;
  if (first >= 0xF0 && first < 0xF5) length = 4;
  if (length == 0 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return 0;
  }
  const auto second = static_cast<unsigned char>(text[1]);
  // Overlong forms, surrogates, and what lies beyond U+10FFFF.
  if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
      (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) {
    return 0;
  }
  return length;
}

// Valid as the inside of a JSON string, and free of control characters.
std::string Escape(std::string_view text) {
  std::string out;
  const bool cut = text.size() > kMaxValueBytes;
  if (cut) text = text.substr(0, kMaxValueBytes);
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text[0]);
    size_t length = SequenceLength(text);
    if (length == 0) {
      out += "\\ufffd";
      length = 1;
    } else if (byte == '"' || byte == '\\') {
      out += '\\';
      out += text[0];
    } else if (byte == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7F || (byte == 0xC2 && text[1] < '\xA0')) {
      // Control characters of ASCII, and those of Latin-1, which terminals obey as well.
      out += absl::StrFormat("\\u%04x", byte == 0xC2 ? static_cast<unsigned char>(text[1]) : byte);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return cut ? out + "..." : out;
}

bool IsPlain(std::string_view text) {
  if (text.empty() || text.size() > kMaxValueBytes) return false;
  for (const char c : text) {
    if (c <= ' ' || c == '"' || c == '\\' || c == '=' || c == '\x7F')
      return false;  // > 127 as well
  }
  return true;
}

std::string Quoted(std::string_view text) { return StrCat("\"", Escape(text), "\""); }

std::string Number(double number) {
  return std::isfinite(number) ? absl::StrFormat("%.6g", number) : "null";
}

std::string ValueText(const LogValue& value, bool quote_always) {
  if (const auto* text = std::get_if<std::string>(&value.get())) {
    return quote_always || !IsPlain(*text) ? Quoted(*text) : *text;
  }
  if (const auto* number = std::get_if<int64_t>(&value.get())) return StrCat(*number);
  if (const auto* real = std::get_if<double>(&value.get())) return Number(*real);
  return std::get<bool>(value.get()) ? "true" : "false";
}

}  // namespace

std::string_view LogLevelName(LogLevel level) { return kLevelNames[static_cast<size_t>(level)]; }

std::optional<LogLevel> LogLevelFromName(std::string_view name) {
  for (size_t i = 0; i < kLevelNames.size(); ++i) {
    if (kLevelNames[i] == name) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

std::string FormatLogLine(const LogEntry& entry, int64_t wall_ns, const LogStyle& style) {
  std::string line;
  if (style.journal) line = StrCat("<", kPriorities[static_cast<size_t>(entry.level)], ">");
  if (style.format == LogFormat::kJson) {
    line += StrCat("{\"time\":\"", Time(wall_ns), "\",\"level\":\"", LogLevelName(entry.level),
                   "\",\"event\":", Quoted(entry.event));
    for (const LogField& field : entry.fields) {
      line += StrCat(",", Quoted(field.name), ":", ValueText(field.value, true));
    }
    return line + "}\n";
  }
  if (!style.journal) line += StrCat(Time(wall_ns), " ", LogLevelName(entry.level), " ");
  line += entry.event;
  for (const LogField& field : entry.fields) {
    line += StrCat(" ", field.name, "=", ValueText(field.value, false));
  }
  return line + "\n";
}

}  // namespace monsoon
