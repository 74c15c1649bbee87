// What the scenario tests share: a source with a known environment and a known set of files, and
// ways to read it. A scenario that should be right and is not fails the test, with its errors.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/io/scenario/scenario_source.h"
#include "controller/io/scenario/scenario_yaml.h"

namespace monsoon {

// `text` as /scenarios/<file_name>. Files there: open_qa.jsonl, long.json, lines.txt, key.txt,
// tokenizer.json and the folder `folder`. HOME is /home/user, which has data.jsonl.
inline ScenarioSource SourceOf(std::string text,
                               std::map<std::string, std::string> variables = {}) {
  static const auto& paths = *new std::map<std::string, PathKind>{
      {"/scenarios/open_qa.jsonl", PathKind::kFile},  {"/scenarios/long.json", PathKind::kFile},
      {"/scenarios/lines.txt", PathKind::kFile},      {"/scenarios/key.txt", PathKind::kFile},
      {"/scenarios/tokenizer.json", PathKind::kFile}, {"/scenarios/folder", PathKind::kFolder},
      {"/home/user/data.jsonl", PathKind::kFile},
  };
  variables.try_emplace("HOME", "/home/user");
  ScenarioSource source;
  source.text = std::move(text);
  source.file_name = "scenario.yaml";
  source.folder = "/scenarios";
  source.env = [variables](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional<std::string>(found->second);
  };
  source.paths = [](const std::string& path) {
    const auto found = paths.find(path);
    return found == paths.end() ? PathKind::kMissing : found->second;
  };
  return source;
}

// Nothing but what has no default.
inline constexpr char kSmallest[] = R"(
model: qwen
dataset: {name: openqa, path: open_qa.jsonl}
engine: {type: vllm, url: "http://gpu1:8000"}
)";

inline Scenario Read(const ScenarioSource& source) {
  absl::StatusOr<Scenario> scenario = ParseScenario(source);
  EXPECT_TRUE(scenario.ok()) << scenario.status().message();
  return scenario.ok() ? *std::move(scenario) : Scenario{.cases = {CaseSpec()}};
}

inline Scenario ReadText(const std::string& text) { return Read(SourceOf(text)); }

inline Scenario ReadWith(std::vector<std::string> overrides, const std::string& text = kSmallest) {
  ScenarioSource source = SourceOf(text);
  source.overrides = std::move(overrides);
  return Read(source);
}

inline std::vector<std::string> CaseNames(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const CaseSpec& spec : scenario.cases) names.push_back(spec.name);
  return names;
}

}  // namespace monsoon
