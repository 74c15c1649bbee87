// Diagnostics: collects everything that is wrong with a scenario, so that the user sees it all at
// once.
//
// One object per scenario being read; not thread-safe. Messages read "what was found: what was
// expected" and never contain a secret.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

#include "controller/io/scenario/yaml_node.h"

namespace monsoon {

class Diagnostics {
 public:
  // `overrides` are the texts of --set, "key=value".
  Diagnostics(std::string file_name, std::vector<std::string> overrides);

  void Add(const SourceMark& mark, std::string message);
  // As Add, for a value that may hold a secret: if it came from --set, the location says
  // `--set key=<secret>`, in every message. (Keys that sound like a secret are always shown so.)
  void AddSecret(const SourceMark& mark, std::string message);

  size_t count() const { return problems_.size(); }

  // "scenario.yaml:7:3" or "--set requests=abc".
  std::string Location(const SourceMark& mark) const;

  // OK when nothing was added; else INVALID_ARGUMENT with one line per problem, those of the file
  // sorted by position, then those of the overrides.
  absl::Status ToStatus() const;

 private:
  struct Problem {
    SourceMark mark;
    std::string message;

    friend bool operator==(const Problem&, const Problem&) = default;
  };

  const std::string file_name_;
  const std::vector<std::string> overrides_;
  std::vector<Problem> problems_;
  std::set<int> secret_sources_;
};

// 'text' in quotes for a message: one line, at most 80 characters of it.
std::string QuoteForMessage(std::string_view text);

}  // namespace monsoon
