#include "controller/core/calibrate/calibration_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/controller/calibrate/sample_calibration.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

std::string Problem(const std::string& json) {
  const absl::StatusOr<Calibration> read = CalibrationFromJson(json);
  EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument) << json;
  return std::string(read.status().message());
}

TEST(CalibrationJson, ReadsBackWhatItWrote) {
  const absl::StatusOr<Calibration> read =
      CalibrationFromJson(CalibrationToJson(SampleCalibration()));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, SampleCalibration());
}

TEST(CalibrationJson, HasTheDocumentedMembers) {
  const Json json = Json::parse(CalibrationToJson(SampleCalibration()));
  EXPECT_EQ(json["schema"], "monsoon.calibration/1");
  EXPECT_EQ(json["machine"]["hostname"], "load1");
  EXPECT_EQ(json["floor"]["ttft_error_s"]["p99"], 0.00021);
  EXPECT_EQ(json["capacity"]["limited_by"], "engine");
  EXPECT_EQ(json["steps"][1]["void"], true);
  EXPECT_TRUE(json["steps"][1]["cpu_us_per_event"].is_null());
}

TEST(CalibrationJson, NamesWhatIsNoCalibration) {
  EXPECT_EQ(Problem("{"), "is no JSON document");
  EXPECT_EQ(Problem(""), "is no JSON document");
  EXPECT_EQ(Problem("[1]"), "is no calibration: it names no schema");
  EXPECT_EQ(Problem("{\"schema\": 1}"), "is no calibration: it names no schema");
  EXPECT_EQ(Problem("{\"schema\": \"monsoon.calibration/2\"}"),
            "is of schema 'monsoon.calibration/2', this program reads 'monsoon.calibration/1'");
}

TEST(CalibrationJson, EveryMissingMemberIsAnError) {
  const Json whole = Json::parse(CalibrationToJson(SampleCalibration()));
  const Json flat = whole.flatten();
  int checked = 0;
  for (const auto& [path, value] : flat.items()) {
    const Json::json_pointer pointer(path);
    // An element of a list may go; without its schema it is no calibration at all.
    if (path.find("reasons/") != std::string::npos || path == "/schema") continue;
    Json damaged = whole;
    damaged[pointer.parent_pointer()].erase(pointer.back());
    EXPECT_THAT(Problem(damaged.dump()), HasSubstr("is a damaged calibration")) << path;
    ++checked;
  }
  EXPECT_GT(checked, 30);
}

TEST(CalibrationJson, EveryWrongTypeIsAnError) {
  const Json whole = Json::parse(CalibrationToJson(SampleCalibration()));
  const Json flat = whole.flatten();
  for (const auto& [path, value] : flat.items()) {
    if (path == "/schema") continue;
    Json damaged = whole;
    damaged[Json::json_pointer(path)] = Json::object();
    EXPECT_THAT(Problem(damaged.dump()), HasSubstr("is a damaged calibration")) << path;
  }
}

TEST(CalibrationJson, ATimeIsNotNegativeAndALimitIsKnown) {
  Json json = Json::parse(CalibrationToJson(SampleCalibration()));
  json["floor"]["ttft_error_s"]["p50"] = -1e-6;
  EXPECT_THAT(Problem(json.dump()), HasSubstr("negative"));
  json["floor"]["ttft_error_s"]["p50"] = 1e-6;
  json["capacity"]["limited_by"] = "moon";
  EXPECT_THAT(Problem(json.dump()), HasSubstr("moon"));
}

TEST(CalibrationJson, PassesOverUnknownMembers) {
  Json json = Json::parse(CalibrationToJson(SampleCalibration()));
  json["colour"] = "green";
  EXPECT_TRUE(CalibrationFromJson(json.dump()).ok());
}

}  // namespace
}  // namespace monsoon
