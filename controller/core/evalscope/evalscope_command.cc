#include "controller/core/evalscope/evalscope_command.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"

#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr char kExpected[] =
    "expected the command behind `--`, as it was run: `llmuses perf --url ...` or `evalscope perf "
    "--url ...`";

std::string_view BaseName(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// NAME=value before the command.
bool IsAssignment(std::string_view word) {
  const std::string_view name = word.substr(0, word.find('='));
  return name.size() < word.size() && !name.empty() && !absl::ascii_isdigit(name[0]) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '_'; });
}

// What argparse takes for a value although it begins with '-'.
bool IsNegativeNumber(std::string_view word) {
  return word.size() > 1 && word[0] == '-' && (absl::ascii_isdigit(word[1]) || word[1] == '.');
}

bool IsValue(std::string_view word) {
  return !word.starts_with('-') || word == "-" || IsNegativeNumber(word);
}

// The flag that `name` stands for: by its name, its alias, or an abbreviation of one alone.
const EvalscopeFlag* FindFlag(std::string_view name) {
  const EvalscopeFlag* found = nullptr;
  for (const EvalscopeFlag& flag : EvalscopeFlags()) {
    if (flag.name == name || flag.alias == name) return &flag;
    if (!name.starts_with("--") || !flag.name.starts_with(name)) continue;
    if (found != nullptr) return nullptr;
    found = &flag;
  }
  return found;
}

std::string UnknownFlag(std::string_view name) {
  std::vector<std::string> known;
  for (const EvalscopeFlag& flag : EvalscopeFlags()) known.emplace_back(flag.name);
  const std::optional<std::string> nearest = NearestName(name, known);
  return StrCat(name, " is no flag of llmuses perf or evalscope perf",
                nearest ? StrCat("; did you mean ", *nearest, "?") : "");
}

class Parser {
 public:
  // The flags begin at `at`.
  Parser(const std::vector<std::string>& words, size_t at) : words_(words), at_(at) {}

  absl::StatusOr<EvalscopeCommand> Parse() {
    while (at_ < words_.size()) {
      const std::string& word = words_[at_++];
      if (IsValue(word)) {
        problems_.push_back(StrCat("'", word,
                                   "' follows no flag that takes it; quote a value with "
                                   "blanks in it"));
      } else {
        TakeFlag(word);
      }
    }
    if (problems_.empty()) return std::move(command_);
    return absl::InvalidArgumentError(absl::StrJoin(problems_, "\n"));
  }

 private:
  void TakeFlag(const std::string& word) {
    const size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
    const std::string name = word.substr(0, equals);
    const EvalscopeFlag* const flag = FindFlag(name);
    std::vector<std::string> values;
    if (equals != std::string::npos) values.push_back(word.substr(equals + 1));
    if (flag == nullptr) {
      problems_.push_back(UnknownFlag(name));
      while (at_ < words_.size() && IsValue(words_[at_])) ++at_;
      return;
    }
    if (equals == std::string::npos) TakeValues(flag->arity, values);
    if (flag->arity != FlagArity::kSwitch && values.empty()) {
      problems_.push_back(StrCat(flag->name, " lacks its value"));
    } else if (flag->arity == FlagArity::kSwitch && !values.empty()) {
      problems_.push_back(StrCat(flag->name, " takes no value"));
    } else {
      command_.flags[std::string(flag->name)] = std::move(values);
    }
  }

  void TakeValues(FlagArity arity, std::vector<std::string>& values) {
    if (arity == FlagArity::kSwitch) return;
    while (at_ < words_.size() && IsValue(words_[at_])) {
      values.push_back(words_[at_++]);
      if (arity == FlagArity::kOne) return;
    }
  }

  const std::vector<std::string>& words_;
  size_t at_;
  EvalscopeCommand command_;
  std::vector<std::string> problems_;
};

}  // namespace

std::optional<std::string> EvalscopeCommand::Value(std::string_view flag) const {
  const auto found = flags.find(flag);
  if (found == flags.end() || found->second.empty()) return std::nullopt;
  return found->second.front();
}

std::vector<std::string> EvalscopeCommand::Values(std::string_view flag) const {
  const auto found = flags.find(flag);
  return found == flags.end() ? std::vector<std::string>() : found->second;
}

absl::StatusOr<EvalscopeCommand> ParseEvalscopeCommand(const std::vector<std::string>& words) {
  size_t at = 0;
  while (at < words.size() && IsAssignment(words[at])) ++at;
  if (at == words.size()) return absl::InvalidArgumentError(kExpected);
  const std::string_view program = BaseName(words[at]);
  const bool known = program == "llmuses" || program == "evalscope";
  if (!known || at + 1 == words.size() || words[at + 1] != "perf") {
    return absl::InvalidArgumentError(StrCat("'", words[at],
                                             at + 1 < words.size() ? " " + words[at + 1] : "",
                                             "' is not what can be translated: ", kExpected));
  }
  ASSIGN_OR_RETURN(EvalscopeCommand command, Parser(words, at + 2).Parse());
  command.is_new = program == "evalscope";
  return command;
}

}  // namespace monsoon
