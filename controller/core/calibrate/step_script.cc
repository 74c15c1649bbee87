#include "controller/core/calibrate/step_script.h"

#include <algorithm>
#include <cmath>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

// Below so many streams answers are short, or a step would see too few first tokens for a p99.
constexpr int64_t kManyStreams = 16;
constexpr double kShortTtftS = 0.005;
constexpr double kTtftS = 0.05;
constexpr double kAnswerS = 0.5;
constexpr double kSigma = 0.3;

// An open loop's answers: one token, soon, so that few are in flight.
constexpr double kOpenTtftS = 0.002;
constexpr double kOpenWarmupS = 0.2;

std::string Spread(double median_s) {
  return StrCat("lognormal:median=", median_s * 1e6, "us,sigma=", kSigma);
}

StepScript OpenScript(const StepSpec& step) {
  const auto rate = static_cast<double>(step.requests_per_s);
  StepScript script;
  script.answer_tokens = 1;
  script.engine_arguments = {"--ttft", Spread(kOpenTtftS), "--tokens", "1"};
  script.warmup = std::max<int64_t>(1, std::llround(kOpenWarmupS * rate));
  script.requests = std::max<int64_t>(1, std::llround(step.seconds * rate));
  return script;
}

StepScript ClosedScript(const StepSpec& step) {
  const bool many = step.streams >= kManyStreams;
  const double ttft_s = many ? kTtftS : kShortTtftS;
  const double gap_s = 1 / step.tokens_per_s;
  StepScript script;
  script.answer_tokens = many ? std::max<int64_t>(2, std::llround(kAnswerS / gap_s)) : 2;
  // The mean of a lognormal lies above its median by exp(sigma^2 / 2).
  const double median_gap_s = gap_s / std::exp(kSigma * kSigma / 2);
  script.engine_arguments = {"--ttft",   Spread(ttft_s),
                             "--itl",    Spread(median_gap_s),
                             "--tokens", StrCat(script.answer_tokens)};
  const double answer_s = ttft_s + static_cast<double>(script.answer_tokens - 1) * gap_s;
  script.warmup = step.streams;
  script.requests = step.streams * std::max<int64_t>(1, std::llround(step.seconds / answer_s));
  return script;
}

}  // namespace

StepScript ScriptFor(const StepSpec& step) {
  return step.requests_per_s > 0 ? OpenScript(step) : ClosedScript(step);
}

}  // namespace monsoon
