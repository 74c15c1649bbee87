#include "controller/core/calibrate/calibration_json.h"

#include <nlohmann/json.hpp>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

using Json = nlohmann::ordered_json;

constexpr CapacityLimit kLimits[] = {CapacityLimit::kAgent, CapacityLimit::kEngine,
                                     CapacityLimit::kLadder};

Json Optional(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json ErrorJson(const TimingError& error) {
  return {{"p50", error.p50_s}, {"p99", error.p99_s}, {"max", error.max_s}};
}

Json StepJson(const CalibrationStep& step) {
  return {{"streams", step.streams},
          {"tokens_per_s", step.tokens_per_s},
          {"requests_per_s", step.requests_per_s},
          {"requests", step.requests},
          {"events_per_s", step.events_per_s},
          {"ttft_error_s", ErrorJson(step.ttft_error)},
          {"lateness_p99_s", Optional(step.lateness_p99_s)},
          {"loop_lag_s",
           {{"p50", Optional(step.loop_lag_p50_s)}, {"p99", Optional(step.loop_lag_p99_s)}}},
          {"cpu_us_per_event", Optional(step.cpu_us_per_event)},
          {"busy_share_max", step.busy_share_max},
          {"verdict", step.verdict},
          {"reasons", step.reasons},
          {"engine_late_p99_s", step.engine_late_p99_s},
          {"void", step.is_void}};
}

// The readers below throw Json::exception; CalibrationFromJson catches it.

double Seconds(const Json& value) {
  const double seconds = value.get<double>();
  if (seconds < 0) throw Json::other_error::create(501, "a negative time", nullptr);
  return seconds;
}

std::optional<double> OptionalNumber(const Json& value) {
  return value.is_null() ? std::nullopt : std::optional<double>(value.get<double>());
}

TimingError ErrorFrom(const Json& json) {
  return {Seconds(json.at("p50")), Seconds(json.at("p99")), Seconds(json.at("max"))};
}

CalibrationStep StepFrom(const Json& json) {
  CalibrationStep step;
  step.streams = json.at("streams").get<int64_t>();
  step.tokens_per_s = json.at("tokens_per_s").get<double>();
  step.requests_per_s = json.at("requests_per_s").get<int64_t>();
  step.requests = json.at("requests").get<int64_t>();
  step.events_per_s = json.at("events_per_s").get<double>();
  step.ttft_error = ErrorFrom(json.at("ttft_error_s"));
  step.lateness_p99_s = OptionalNumber(json.at("lateness_p99_s"));
  step.loop_lag_p50_s = OptionalNumber(json.at("loop_lag_s").at("p50"));
  step.loop_lag_p99_s = OptionalNumber(json.at("loop_lag_s").at("p99"));
  step.cpu_us_per_event = OptionalNumber(json.at("cpu_us_per_event"));
  step.busy_share_max = json.at("busy_share_max").get<double>();
  step.verdict = json.at("verdict").get<std::string>();
  step.reasons = json.at("reasons").get<std::vector<std::string>>();
  step.engine_late_p99_s = Seconds(json.at("engine_late_p99_s"));
  step.is_void = json.at("void").get<bool>();
  return step;
}

CapacityLimit LimitFrom(const Json& json) {
  const std::string name = json.get<std::string>();
  for (const CapacityLimit limit : kLimits) {
    if (CapacityLimitName(limit) == name) return limit;
  }
  throw Json::other_error::create(501, StrCat("no such limit: ", name), nullptr);
}

Calibration CalibrationFrom(const Json& json) {
  Calibration out;
  const Json& machine = json.at("machine");
  out.machine.hostname = machine.at("hostname").get<std::string>();
  out.machine.cores = machine.at("cores").get<int64_t>();
  out.machine.kernel = machine.at("kernel").get<std::string>();
  out.machine.cpu_model = machine.at("cpu_model").get<std::string>();
  out.version = json.at("version").get<std::string>();
  out.load_threads = json.at("load_threads").get<int64_t>();
  out.made_at = json.at("made_at").get<std::string>();
  out.tokens_per_s = json.at("tokens_per_s").get<double>();
  out.floor = ErrorFrom(json.at("floor").at("ttft_error_s"));
  out.floor_streams = json.at("floor").at("streams").get<int64_t>();
  const Json& capacity = json.at("capacity");
  out.capacity.streams = capacity.at("streams").get<int64_t>();
  out.capacity.events_per_s = capacity.at("events_per_s").get<double>();
  out.capacity.limit = LimitFrom(capacity.at("limited_by"));
  const Json& rate = json.at("rate_capacity");
  if (!rate.is_null()) {
    out.rate_capacity = {rate.at("requests_per_s").get<int64_t>(),
                         LimitFrom(rate.at("limited_by"))};
  }
  for (const Json& step : json.at("steps")) out.steps.push_back(StepFrom(step));
  return out;
}

}  // namespace

std::string_view CapacityLimitName(CapacityLimit limit) {
  switch (limit) {
    case CapacityLimit::kAgent:
      return "agent";
    case CapacityLimit::kEngine:
      return "engine";
    case CapacityLimit::kLadder:
      break;
  }
  return "ladder";
}

std::string CalibrationToJson(const Calibration& calibration) {
  const CalibratedMachine& machine = calibration.machine;
  const CalibratedCapacity& capacity = calibration.capacity;
  Json out;
  out["schema"] = kCalibrationSchema;
  out["made_at"] = calibration.made_at;
  out["version"] = calibration.version;
  out["machine"] = {{"hostname", machine.hostname},
                    {"cores", machine.cores},
                    {"kernel", machine.kernel},
                    {"cpu_model", machine.cpu_model}};
  out["load_threads"] = calibration.load_threads;
  out["tokens_per_s"] = calibration.tokens_per_s;
  out["floor"] = {{"streams", calibration.floor_streams},
                  {"ttft_error_s", ErrorJson(calibration.floor)}};
  out["capacity"] = {{"streams", capacity.streams},
                     {"events_per_s", capacity.events_per_s},
                     {"limited_by", CapacityLimitName(capacity.limit)}};
  out["rate_capacity"] = nullptr;
  if (calibration.rate_capacity) {
    out["rate_capacity"] = {{"requests_per_s", calibration.rate_capacity->requests_per_s},
                            {"limited_by", CapacityLimitName(calibration.rate_capacity->limit)}};
  }
  out["steps"] = Json::array();
  for (const CalibrationStep& step : calibration.steps) out["steps"].push_back(StepJson(step));
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

absl::StatusOr<Calibration> CalibrationFromJson(std::string_view json) {
  const Json root = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (root.is_discarded()) return absl::InvalidArgumentError("is no JSON document");
  const Json* const schema =
      root.is_object() && root.contains("schema") ? &root.at("schema") : nullptr;
  if (schema == nullptr || !schema->is_string()) {
    return absl::InvalidArgumentError("is no calibration: it names no schema");
  }
  if (*schema != kCalibrationSchema) {
    return absl::InvalidArgumentError(StrCat("is of schema '", schema->get<std::string>(),
                                             "', this program reads '", kCalibrationSchema, "'"));
  }
  try {
    return CalibrationFrom(root);
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(StrCat("is a damaged calibration: ", error.what()));
  }
}

}  // namespace monsoon
