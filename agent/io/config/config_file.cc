#include "agent/io/config/config_file.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"

#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

bool IsKeyCharacter(char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_'; }

class Parser {
 public:
  Parser(std::string_view text, const std::string& path) : rest_(text), path_(path) {}

  absl::StatusOr<std::vector<ConfigEntry>> Parse() {
    while (SkipToContent()) {
      ConfigEntry entry;
      entry.line = line_;
      RETURN_IF_ERROR(TakeKey(entry));
      RETURN_IF_ERROR(TakeValues(entry));
      RETURN_IF_ERROR(ExpectLineEnd());
      entries_.push_back(std::move(entry));
    }
    return std::move(entries_);
  }

 private:
  absl::Status Error(std::string_view what) const {
    return absl::InvalidArgumentError(StrCat(path_, ":", line_, ": ", what));
  }

  char Peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  void Skip() {
    if (rest_.front() == '\n') ++line_;
    rest_.remove_prefix(1);
  }
  void SkipBlanks() {
    while (Peek() == ' ' || Peek() == '\t' || Peek() == '\r') Skip();
  }
  void SkipComment() {
    if (Peek() != '#' && Peek() != ';') return;
    while (!rest_.empty() && Peek() != '\n') Skip();
  }
  // Over blank lines and comments. False at the end of the text.
  bool SkipToContent() {
    for (;;) {
      SkipBlanks();
      SkipComment();
      if (Peek() != '\n' || rest_.empty()) return !rest_.empty();
      Skip();
    }
  }

  absl::Status TakeKey(ConfigEntry& entry) {
    if (Peek() == '[') return Error("this file has no sections; write `key = value` lines only");
    while (IsKeyCharacter(Peek())) {
      entry.key += Peek();
      Skip();
    }
    SkipBlanks();
    if (entry.key.empty() || Peek() != '=') {
      return Error("expected `key = value`, such as `listen = \"127.0.0.1:7070\"`");
    }
    Skip();
    const auto same = [&entry](const ConfigEntry& other) { return other.key == entry.key; };
    const auto before = std::find_if(entries_.begin(), entries_.end(), same);
    if (before != entries_.end()) {
      return Error(StrCat("'", entry.key, "' was set before, in line ", before->line));
    }
    return absl::OkStatus();
  }

  absl::Status SkipInList(const std::string& key) {
    return SkipToContent() ? absl::OkStatus()
                           : Error(StrCat("the list of '", key, "' has no end: ]"));
  }

  absl::Status TakeValues(ConfigEntry& entry) {
    SkipBlanks();
    if (Peek() != '[') return TakeValue(entry, "");
    Skip();
    for (;;) {
      RETURN_IF_ERROR(SkipInList(entry.key));
      if (Peek() == ']') break;
      RETURN_IF_ERROR(TakeValue(entry, ",]"));
      RETURN_IF_ERROR(SkipInList(entry.key));
      if (Peek() != ',' && Peek() != ']') {
        return Error(StrCat("expected , or ] in the list of '", entry.key, "'"));
      }
      if (Peek() == ',') Skip();
    }
    Skip();
    return absl::OkStatus();
  }

  absl::Status TakeValue(ConfigEntry& entry, std::string_view ends) {
    const char quote = Peek();
    std::string value;
    if (quote == '"' || quote == '\'') {
      ASSIGN_OR_RETURN(value, TakeQuoted(quote));
    } else {
      while (!rest_.empty() && !absl::ascii_isspace(Peek()) && Peek() != '#' && Peek() != ';' &&
             ends.find(Peek()) == std::string_view::npos) {
        value += Peek();
        Skip();
      }
      if (value.empty()) return Error(StrCat("'", entry.key, "' has no value"));
    }
    entry.values.push_back(std::move(value));
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> TakeQuoted(char quote) {
    std::string value;
    Skip();
    while (Peek() != quote) {
      if (rest_.empty() || Peek() == '\n')
        return Error(StrCat("a text without its closing ", std::string(1, quote)));
      if (quote == '"' && Peek() == '\\') {
        Skip();
        if (Peek() != '"' && Peek() != '\\') return Error("only \\\" and \\\\ may follow a \\");
      }
      value += Peek();
      Skip();
    }
    Skip();
    return value;
  }

  absl::Status ExpectLineEnd() {
    SkipBlanks();
    SkipComment();
    if (rest_.empty() || Peek() == '\n') return absl::OkStatus();
    return Error("something follows the value; put a value of several words in quotes");
  }

  std::string_view rest_;
  const std::string& path_;
  int line_ = 1;
  std::vector<ConfigEntry> entries_;
};

}  // namespace

absl::StatusOr<std::vector<ConfigEntry>> ParseConfig(std::string_view text,
                                                     const std::string& path) {
  return Parser(text, path).Parse();
}

absl::Status CheckConfigKeys(const std::vector<ConfigEntry>& entries, const std::string& path,
                             const std::vector<std::string>& known) {
  for (const ConfigEntry& entry : entries) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    const std::optional<std::string> nearest = NearestName(entry.key, known);
    return absl::InvalidArgumentError(
        StrCat(path, ":", entry.line, ": unknown key '", entry.key, "'",
               nearest ? StrCat("; did you mean '", *nearest, "'?")
                       : std::string("; `agent --help` lists the flags that a file may set")));
  }
  return absl::OkStatus();
}

}  // namespace monsoon
