#include "controller/core/calibrate/calibration_text.h"

#include "absl/strings/str_format.h"

#include "common/base/str_cat.h"
#include "controller/core/report/number_text.h"
#include "controller/core/report/text_table.h"
#include "controller/core/report/text_wrap.h"

namespace monsoon {
namespace {

std::string Judgement(const CalibrationStep& step) {
  return step.is_void ? "void: the null engine was late" : step.verdict;
}

std::string Millis(const std::optional<double>& seconds) {
  return seconds ? absl::StrFormat("%.3f", *seconds * 1e3) : kUndefinedText;
}

std::string CpuText(const CalibrationStep& step) {
  return step.cpu_us_per_event ? absl::StrFormat("%.2f", *step.cpu_us_per_event) : kUndefinedText;
}

std::string StepsText(const Calibration& calibration) {
  TextTable table;
  for (const char* const title : {"streams", "events/s", "error p50", "p99", "max", "lag p50",
                                  "p99", "CPU us/event", "busy", "engine late p99"}) {
    table.AddColumn(title);
  }
  table.AddColumn("verdict", TextTable::Align::kLeft);
  for (const CalibrationStep& step : calibration.steps) {
    if (step.requests_per_s > 0) continue;
    table.AddRow({StrCat(step.streams), RateText(step.events_per_s), Millis(step.ttft_error.p50_s),
                  Millis(step.ttft_error.p99_s), Millis(step.ttft_error.max_s),
                  Millis(step.loop_lag_p50_s), Millis(step.loop_lag_p99_s), CpuText(step),
                  PercentText(step.busy_share_max), Millis(step.engine_late_p99_s),
                  Judgement(step)});
  }
  return table.Render(2);
}

std::string RatesText(const Calibration& calibration) {
  TextTable table;
  for (const char* const title : {"requests/s", "late p99", "error p50", "p99", "max", "lag p50",
                                  "p99", "CPU us/event", "busy", "engine late p99"}) {
    table.AddColumn(title);
  }
  table.AddColumn("verdict", TextTable::Align::kLeft);
  for (const CalibrationStep& step : calibration.steps) {
    if (step.requests_per_s == 0) continue;
    table.AddRow({StrCat(step.requests_per_s), Millis(step.lateness_p99_s),
                  Millis(step.ttft_error.p50_s), Millis(step.ttft_error.p99_s),
                  Millis(step.ttft_error.max_s), Millis(step.loop_lag_p50_s),
                  Millis(step.loop_lag_p99_s), CpuText(step), PercentText(step.busy_share_max),
                  Millis(step.engine_late_p99_s), Judgement(step)});
  }
  return table.Render(2);
}

std::string RateCapacityText(const CalibratedRate& rate) {
  if (rate.requests_per_s == 0) {
    return rate.limit == CapacityLimit::kEngine ? "unknown: the null engine was late at every rate"
                                                : "none: no rate gave a VALID verdict";
  }
  const std::string most = StrCat(CountText(rate.requests_per_s), " requests/s of one token");
  switch (rate.limit) {
    case CapacityLimit::kAgent:
      return StrCat(most, "; above that the agent was the limit");
    case CapacityLimit::kEngine:
      return StrCat("at least ", most, "; above that the null engine was the limit");
    case CapacityLimit::kLadder:
      break;
  }
  return StrCat("at least ", most, "; more was not tried");
}

std::string CapacityText(const CalibratedCapacity& capacity) {
  const std::string most = StrCat(CountText(capacity.streams), " streams, ",
                                  RateText(capacity.events_per_s), " events/s");
  if (capacity.streams == 0) {
    return capacity.limit == CapacityLimit::kEngine
               ? "unknown: the null engine was late at every load"
               : "none: no load gave a VALID verdict. Move other work off this machine and repeat";
  }
  switch (capacity.limit) {
    case CapacityLimit::kAgent:
      return StrCat(most, "; above that the agent was the limit");
    case CapacityLimit::kEngine:
      return StrCat("at least ", most,
                    "; above that the null engine was the limit, not the agent. More cores, or "
                    "--pin, take the two apart");
    case CapacityLimit::kLadder:
      break;
  }
  return StrCat("at least ", most, "; more was not tried");
}

}  // namespace

std::string StepLine(const CalibrationStep& step) {
  const std::string load = step.requests_per_s > 0
                               ? StrCat(step.requests_per_s, " requests/s")
                               : StrCat(step.streams, step.streams == 1 ? " stream" : " streams");
  return StrCat(load, ": ", RateText(step.events_per_s), " events/s, timing error p50 ",
                Millis(step.ttft_error.p50_s), " ms, p99 ", Millis(step.ttft_error.p99_s), " ms, ",
                CpuText(step), " us of CPU per event, ", Judgement(step));
}

std::string RenderCalibrationText(const Calibration& calibration) {
  const CalibratedMachine& machine = calibration.machine;
  std::string out = StrCat(
      machine.hostname, ": ", machine.cores, " cores, ", machine.cpu_model, ", Linux ",
      machine.kernel, "; agent ", calibration.version, " with ", calibration.load_threads,
      " load threads; ", RateText(calibration.tokens_per_s),
      " tokens/s per stream. Errors, lag and lateness in ms.\n\n", StepsText(calibration), "\n");
  if (calibration.rate_capacity) out += RatesText(calibration) + "\n";
  out += WrapText("  floor       ",
                  StrCat("timing error p50 ", SecondsText(calibration.floor.p50_s), " s, p99 ",
                         SecondsText(calibration.floor.p99_s), " s, max ",
                         SecondsText(calibration.floor.max_s), " s (", calibration.floor_streams,
                         calibration.floor_streams == 1 ? " stream)" : " streams)"));
  out += WrapText("  capacity    ", CapacityText(calibration.capacity));
  if (calibration.rate_capacity) {
    out += WrapText("  rate        ", RateCapacityText(*calibration.rate_capacity));
  }
  return out;
}

}  // namespace monsoon
