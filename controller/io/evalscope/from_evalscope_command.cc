#include "controller/io/evalscope/from_evalscope_command.h"

#include <unistd.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/core/evalscope/shell_words.h"
#include "controller/core/evalscope/translate.h"
#include "controller/core/report/exit_status.h"

namespace monsoon {
namespace {

absl::StatusOr<std::string> ReadTextFileAt(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  if (!file || !(text << file.rdbuf())) {
    return absl::NotFoundError(StrCat("the file ", path, " cannot be read"));
  }
  return text.str();
}

absl::StatusOr<std::vector<std::string>> CommandWords(const std::vector<std::string>& words) {
  if (words.size() > 1) return words;
  const bool from_stdin = words.empty() || words.front() == "-";
  if (!from_stdin) return SplitShellWords(words.front());
  if (isatty(STDIN_FILENO) != 0) {
    return absl::InvalidArgumentError(
        "no command: write it behind `--`, as in\n"
        "  controller from-evalscope -- llmuses perf --url http://gpu1:8000/v1/chat/completions "
        "...");
  }
  return SplitShellWords(
      std::string(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()));
}

absl::StatusOr<std::string> Translate(const std::vector<std::string>& words) {
  ASSIGN_OR_RETURN(const std::vector<std::string> command_words, CommandWords(words));
  ASSIGN_OR_RETURN(const EvalscopeCommand command, ParseEvalscopeCommand(command_words));
  return TranslateEvalscope(command, ReadTextFileAt);
}

}  // namespace

int FromEvalscopeCommand(const std::vector<std::string>& words) {
  const absl::StatusOr<std::string> scenario = Translate(words);
  if (!scenario.ok()) {
    std::cerr << ToStd(scenario.status().message()) << "\n";
    return kExitRejected;
  }
  std::cout << *scenario;
  return kExitOk;
}

}  // namespace monsoon
