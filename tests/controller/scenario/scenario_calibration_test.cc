// The key `calibration`: a file that is read and checked with the scenario.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/core/calibrate/calibration_json.h"
#include "tests/controller/calibrate/sample_calibration.h"
#include "tests/controller/scenario/scenario_testing.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;

// A scenario that names a file in which `content` stands.
ScenarioSource Naming(const std::string& content, const std::string& value = "./lines.txt") {
  ScenarioSource source = SourceOf(std::string(kSmallest) + "calibration: " + value + "\n");
  source.read_file = [content](const std::string& path) -> absl::StatusOr<std::string> {
    EXPECT_EQ(path, "/scenarios/lines.txt");
    return content;
  };
  return source;
}

std::string ErrorOf(const ScenarioSource& source) {
  const absl::StatusOr<Scenario> scenario = ParseScenario(source);
  return scenario.ok() ? "no error" : std::string(scenario.status().message());
}

TEST(ScenarioCalibration, IsReadWithTheScenario) {
  const Scenario scenario = Read(Naming(CalibrationToJson(SampleCalibration())));
  EXPECT_EQ(scenario.calibration_path, "/scenarios/lines.txt");
  ASSERT_TRUE(scenario.calibration.has_value());
  EXPECT_EQ(*scenario.calibration, SampleCalibration());
}

TEST(ScenarioCalibration, NoneIsNamedByDefault) {
  const Scenario scenario = ReadText(kSmallest);
  EXPECT_EQ(scenario.calibration_path, "");
  EXPECT_FALSE(scenario.calibration.has_value());
  EXPECT_EQ(ScenarioToYaml(scenario).find("calibration"), std::string::npos);
}

TEST(ScenarioCalibration, RoundTripsAsAnAbsolutePath) {
  const ScenarioSource source = Naming(CalibrationToJson(SampleCalibration()));
  const Scenario scenario = Read(source);
  ScenarioSource again = source;
  again.text = ScenarioToYaml(scenario);
  again.folder = "/elsewhere";
  EXPECT_TRUE(Read(again) == scenario) << again.text;
}

TEST(ScenarioCalibration, IsNotReadForReportingAgain) {
  ScenarioSource source = Naming("not looked at", "./gone.json");
  source.paths = nullptr;
  const Scenario scenario = Read(source);
  EXPECT_EQ(scenario.calibration_path, "/scenarios/gone.json");
  EXPECT_FALSE(scenario.calibration.has_value());
}

TEST(ScenarioCalibration, WhatIsWrongWithTheFileIsSaidAtTheKey) {
  EXPECT_EQ(ErrorOf(Naming("", "./gone.json")),
            "scenario.yaml:5:14: calibration is './gone.json': expected a file that exists; there "
            "is no /scenarios/gone.json");
  EXPECT_EQ(ErrorOf(Naming("{}")),
            "scenario.yaml:5:14: calibration: /scenarios/lines.txt is no calibration: it names no "
            "schema; make one with `controller calibrate --out FILE`");
  EXPECT_THAT(ErrorOf(Naming("{\"schema\": \"monsoon.calibration/9\"}")),
              HasSubstr("is of schema 'monsoon.calibration/9'"));
  EXPECT_THAT(ErrorOf(Naming("{\"schema\": \"monsoon.calibration/1\"}")),
              HasSubstr("is a damaged calibration"));
  EXPECT_THAT(ErrorOf(Naming("", "folder")), HasSubstr("/scenarios/folder is a folder"));
  EXPECT_THAT(ErrorOf(Naming("", "[a, b]")),
              HasSubstr("scenario.yaml:5:14: calibration is a list"));
  ScenarioSource unreadable = Naming("");
  unreadable.read_file = [](const std::string&) -> absl::StatusOr<std::string> {
    return absl::InvalidArgumentError("cannot be read (Permission denied)");
  };
  EXPECT_THAT(
      ErrorOf(unreadable),
      HasSubstr("scenario.yaml:5:14: calibration: /scenarios/lines.txt cannot be read (Perm"));
}

TEST(ScenarioCalibration, IsOfTheWholeRun) {
  const std::string text =
      "model: qwen\ndataset: {name: openqa, path: open_qa.jsonl}\n"
      "engine: {type: vllm, url: \"http://gpu1:8000\"}\ncases:\n  - {calibration: ./lines.txt}\n";
  EXPECT_THAT(ErrorOf(SourceOf(text)), HasSubstr("unknown key 'calibration'"));
}

}  // namespace
}  // namespace monsoon
