// LogEntry: one thing that happened, in words for operators, and its two written forms.
//
// Text, for people:    2026-11-22T14:33:08.120Z info run_taken run_id=r1 controller=ipv4:10.0.0.1:5
// JSON, for machines:  {"time":"2026-11-22T14:33:08.120Z","level":"info","event":"run_taken",...}
//
// Under systemd's journal, which stamps what it receives, a line begins with its priority in angle
// brackets (sd-daemon(3)) and text carries no time of its own. Whatever a peer sent is escaped and
// cut, so that an entry is always one line. A Secret shows as "<secret>". Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/base/secret.h"

namespace monsoon {

enum class LogLevel : uint8_t { kDebug = 0, kInfo, kWarning, kError };
std::string_view LogLevelName(LogLevel level);  // debug info warning error
std::optional<LogLevel> LogLevelFromName(std::string_view name);

enum class LogFormat : uint8_t { kText = 0, kJson };

// What a field holds; numbers stay numbers in JSON.
class LogValue {
 public:
  LogValue(std::string text) : value_(std::move(text)) {}              // NOLINT: fields are lists
  LogValue(std::string_view text) : value_(std::string(text)) {}       // NOLINT
  LogValue(const char* text) : value_(std::string(text)) {}            // NOLINT
  LogValue(int64_t number) : value_(number) {}                         // NOLINT
  LogValue(uint64_t number) : value_(static_cast<int64_t>(number)) {}  // NOLINT
  LogValue(int number) : value_(int64_t{number}) {}                    // NOLINT
  LogValue(double number) : value_(number) {}                          // NOLINT
  LogValue(bool truth) : value_(truth) {}                              // NOLINT
  LogValue(const Secret& secret)                                       // NOLINT
      : value_(std::string(secret.empty() ? "<none>" : "<secret>")) {}

  const std::variant<std::string, int64_t, double, bool>& get() const { return value_; }

 private:
  std::variant<std::string, int64_t, double, bool> value_;
};

struct LogField {
  std::string_view name;  // lives for ever: a literal
  LogValue value;
};

struct LogEntry {
  LogLevel level = LogLevel::kInfo;
  std::string_view event;  // a literal: run_taken, case_ended, ...
  std::vector<LogField> fields;
};

struct LogStyle {
  LogFormat format = LogFormat::kText;
  bool journal = false;  // the line goes to systemd's journal
};

// With its newline. `wall_ns`: when it happened, since 1970.
std::string FormatLogLine(const LogEntry& entry, int64_t wall_ns, const LogStyle& style);

}  // namespace monsoon
