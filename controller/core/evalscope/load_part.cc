// How many requests, how many at once, or at which rate.
#include <algorithm>
#include <cmath>

#include "common/base/str_cat.h"
#include "controller/core/evalscope/parts.h"

namespace monsoon {
namespace {

constexpr int64_t kMaxCount = 1'000'000'000;
constexpr int64_t kMaxParallel = 1'000'000;
constexpr double kMaxRate = 1'000'000;

// One run of a sweep.
struct Step {
  std::string load;  // "concurrency: 8" or "load: {poisson: 5/s}"
  int64_t requests = 0;
  int64_t warmup = 0;
};

std::vector<int64_t> RequestCounts(ScenarioDraft& draft) {
  std::vector<int64_t> numbers;
  // llmuses takes "None" by leaving the flag out; so does a script that passes it on.
  if (draft.command().Value("--number") != "None") numbers = draft.Ints("--number", 1, kMaxCount);
  if (!numbers.empty()) return numbers;
  if (!draft.command().is_new) {
    draft.Note(
        "--number: without it llmuses goes once through the dataset; `requests` is 1000 here, "
        "write the number of its prompts");
  }
  return {1000};
}

// X requests, or that share of `requests`.
int64_t WarmupOf(double warmup, int64_t requests) {
  return std::llround(warmup < 1 ? warmup * static_cast<double>(requests) : warmup);
}

std::string PoissonText(double rate) { return StrCat("{poisson: ", NumberText(rate), "/s}"); }

// What each run of the sweep loads with, with its key.
std::vector<std::string> Loads(ScenarioDraft& draft) {
  const EvalscopeCommand& command = draft.command();
  const std::vector<double> rates = draft.Numbers("--rate", -1, kMaxRate);
  const std::vector<int64_t> parallel = draft.Ints("--parallel", -1, kMaxParallel);
  std::vector<std::string> loads;
  if (command.Has("--open-loop")) {
    for (const double rate : rates) {
      if (rate > 0) loads.push_back(StrCat("load: ", PoissonText(rate)));
    }
    if (loads.size() < rates.size() || loads.empty()) {
      draft.Problem("--open-loop needs --rate above 0: how many requests are sent in a second");
    }
    return loads;
  }
  const bool paced = !rates.empty() && rates.front() > 0;
  if (paced && parallel.size() < 2 && rates.size() == 1) {
    draft.Note(StrCat(
        "--rate ", NumberText(rates.front()), " with --parallel ",
        parallel.empty() ? 1 : parallel.front(),
        ": EvalScope holds a request back while so many are in flight, and counts from when it is "
        "sent at last. Here each is sent when it is due, and its latencies begin there"));
    return {StrCat("load: ", PoissonText(rates.front()))};
  }
  if (paced) {
    draft.Note(
        "--rate with several --parallel: a closed loop has no rate; the rate is left out. "
        "For an open loop write `load: {poisson: RATE/s}` in place of `concurrency`");
  }
  for (const int64_t each : parallel) {
    if (each < 1) draft.Problem(StrCat("--parallel is '", each, "': expected at least 1"));
    loads.push_back(StrCat("concurrency: ", each));
  }
  if (loads.empty()) loads.push_back("concurrency: 1");
  return loads;
}

std::vector<Step> Steps(ScenarioDraft& draft) {
  const std::vector<std::string> loads = Loads(draft);
  const std::vector<int64_t> numbers = RequestCounts(draft);
  if (numbers.size() > 1 && numbers.size() != loads.size()) {
    draft.Problem(StrCat("--number has ", numbers.size(), " values and there are ", loads.size(),
                         " loads: expected one number, or as many as --parallel (or --rate)"));
    return {};
  }
  const double warmup = draft.Number("--warmup-num", 0, kMaxCount).value_or(0);
  std::vector<Step> steps;
  for (size_t i = 0; i < loads.size(); ++i) {
    const int64_t requests = numbers.size() == 1 ? numbers.front() : numbers[i];
    steps.push_back({loads[i], requests, WarmupOf(warmup, requests)});
  }
  return steps;
}

// "key: value" of a load, taken apart.
void AddPair(std::string_view pair, std::string_view comment, ScenarioDraft& draft) {
  const size_t colon = pair.find(": ");
  draft.yaml.Add(0, pair.substr(0, colon), pair.substr(colon + 2), comment);
}

void AddOneOrList(const std::vector<Step>& steps, std::string_view comment, ScenarioDraft& draft) {
  if (steps.size() == 1) return AddPair(steps.front().load, comment, draft);
  const size_t key_end = steps.front().load.find(": ");
  std::vector<std::string> values;
  for (const Step& step : steps) values.push_back(step.load.substr(key_end + 2));
  draft.yaml.Add(0, steps.front().load.substr(0, key_end), YamlFlowList(values), comment);
}

// `requests` of all steps, or the duration in its place.
void AddEnd(const Step& step, ScenarioDraft& draft) {
  const std::optional<double> duration = draft.Number("--duration", 0.001, 7.0 * 24 * 3600);
  const bool open = step.load.starts_with("load");
  if (duration && open) {
    draft.yaml.Add(0, "duration", StrCat(NumberText(*duration), "s"),
                   "--duration; --number is no further limit here");
    return;
  }
  if (duration) {
    draft.Note(
        "--duration: a closed loop ends after `requests`; choose as many as fit into the "
        "time");
  }
  draft.yaml.Add(0, "requests", StrCat(step.requests),
                 draft.command().Has("--number") ? "--number" : "");
}

void AddCases(const std::vector<Step>& steps, std::string_view comment, ScenarioDraft& draft) {
  draft.yaml.Add(0, "cases", "", comment);
  for (const Step& step : steps) {
    const std::string warmup = step.warmup > 0 ? StrCat(", warmup: ", step.warmup) : "";
    draft.yaml.Item(2, StrCat("{", step.load, ", requests: ", step.requests, warmup, "}"));
  }
}

}  // namespace

void AddLoad(ScenarioDraft& draft) {
  const std::vector<Step> steps = Steps(draft);
  if (steps.empty()) return;
  const bool open = steps.front().load.starts_with("load");
  const Step& first = steps.front();
  const bool same_counts = std::all_of(steps.begin(), steps.end(), [&first](const Step& step) {
    return step.requests == first.requests && step.warmup == first.warmup;
  });
  if (same_counts || (open && draft.command().Has("--duration"))) {
    AddOneOrList(steps,
                 open                                ? "--rate"
                 : draft.command().Has("--parallel") ? "--parallel"
                                                     : "",
                 draft);
    AddEnd(first, draft);
    if (first.warmup > 0) draft.yaml.Add(0, "warmup", StrCat(first.warmup), "--warmup-num");
  } else {
    AddCases(steps, open ? "--rate, --number" : "--parallel, --number", draft);
  }
  const std::optional<double> pause = draft.Number("--sleep-interval", 0, 24.0 * 3600);
  if (steps.size() == 1) return;
  draft.yaml.Add(0, "pause", StrCat(NumberText(pause.value_or(5)), "s"),
                 pause ? "--sleep-interval" : "evalscope perf's default between two runs");
}

}  // namespace monsoon
