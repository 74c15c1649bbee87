#include "controller/core/report/warnings.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_join.h"

#include "common/base/str_cat.h"
#include "controller/core/report/number_text.h"
#include "controller/core/report/token_text.h"

namespace monsoon {
namespace {

using Warnings = std::vector<std::string>;

void WarnOfTiming(const CaseReport& report, Warnings& out) {
  const std::optional<double> same_read = report.same_read_share();
  if (same_read && *same_read > 0) {
    out.push_back(StrCat(
        PercentText(*same_read),
        " of the inter-token gaps lie between events that arrived in one read: the engine or the "
        "network sent them together, and those gaps say little about the engine's pace. TPOT does "
        "not suffer from this."));
  }
  const auto not_streamed = report.flags.find("not_streamed");
  if (report.gives_no_text()) {
    out.push_back(
        "This route generates no text (embeddings, rerank): latency, requests/s and input tokens/s "
        "are all there is to it. TTFT, TPOT, ITL and output tokens are not defined.");
  } else if (not_streamed != report.flags.end() && not_streamed->second > 0) {
    out.push_back(StrCat(not_streamed->second,
                         " requests were answered with one document instead of a stream: TTFT, "
                         "TPOT and ITL are not defined for them."));
  }
  if (report.undecodable_gaps > 0) {
    out.push_back(StrCat(report.undecodable_gaps,
                         " records hold damaged inter-token gaps, which ITL leaves out."));
  }
  const auto stale = report.flags.find("stale_connections");
  if (stale != report.flags.end() && stale->second > 0) {
    out.push_back(StrCat(stale->second,
                         " requests met a dead kept-alive connection and were sent once more "
                         "on a fresh one; their latencies include that."));
  }
}

void WarnOfLateReads(const CaseReport& report, Warnings& out) {
  const Distribution& lag = report.client.loop_lag_s;
  if (lag.count == 0 || lag.p99 <= report.max_error_s) return;
  if (report.client.first_token_lag_s.count == 0) return;  // then the verdict says it
  out.push_back(StrCat(
      "One in a hundred of all reads may have come over ", SecondsText(lag.p99),
      " s late: the highest inter-token gaps, and E2E of single requests, can be the client's by "
      "so "
      "much. TTFT has the error bound above; TPOT and the means hardly suffer. Use more agents or "
      "load threads if you quote ITL p99."));
}

void WarnOfClocks(const CaseReport& report, Warnings& out) {
  for (const AgentFacts& agent : report.facts.agents) {
    if (agent.clock_step_ns == 0) continue;
    out.push_back(StrCat("The wall clock of agent ", agent.name, " was set by ",
                         SecondsText(ToSeconds(agent.clock_step_ns)),
                         " s while the case ran. Latencies do not use it and are not bent."));
  }
}

void WarnOfLoad(const CaseReport& report, Warnings& out) {
  if (report.facts.repeated_prompt_share > 0) {
    out.push_back(StrCat(
        PercentText(report.facts.repeated_prompt_share),
        " of the prompts had been sent to the same engine before in this run. A warm prefix cache "
        "makes them faster; `cache_bust: true` makes every prompt's beginning unique."));
  }
  if (report.rate && report.rate->over_max_in_flight > 0) {
    out.push_back(StrCat(report.rate->over_max_in_flight, " requests were not sent, because ",
                         report.facts.spec.load.max_in_flight,
                         " (`max_in_flight`) were in flight when they were due. The latencies lack "
                         "what these would have waited."));
  }
  if (report.window_s && !report.steady && !report.rate) {
    out.push_back(StrCat("The asked concurrency of ", report.facts.spec.concurrency,
                         " was never reached (peak ", report.peak_concurrency,
                         "), so there is no steady window. Ask for more requests than "
                         "concurrency."));
  }
  if (report.facts.dataset_skipped_bad > 0) {
    out.push_back(StrCat(report.facts.dataset_skipped_bad,
                         " lines of the dataset were malformed and skipped; the first: ",
                         report.facts.dataset_first_bad));
  }
  std::set<std::string> versions;
  for (const AgentFacts& agent : report.facts.agents) versions.insert(agent.version);
  if (versions.size() > 1) {
    out.push_back(
        StrCat("The agents are of different versions: ", absl::StrJoin(versions, ", "), "."));
  }
}

void WarnOfCalibration(const CaseReport& report, Warnings& out) {
  if (!report.facts.calibration) return;
  const Calibration& calibration = *report.facts.calibration;
  std::set<std::string> others;  // an agent may differ in everything
  int64_t most_streams = 0;
  for (const AgentFacts& agent : report.facts.agents) {
    most_streams = std::max(most_streams, agent.concurrency);
    const auto check = [&](bool same, const std::string& what) {
      if (!same) others.insert(StrCat(agent.name, " ", what));
    };
    check(agent.hostname == calibration.machine.hostname, StrCat("runs on ", agent.hostname));
    check(agent.version == calibration.version, StrCat("is of version ", agent.version));
    check(agent.load_threads == calibration.load_threads,
          StrCat("has ", agent.load_threads, " load threads"));
  }
  if (!others.empty()) {
    out.push_back(StrCat("The calibration was made on ", calibration.machine.hostname,
                         " with version ", calibration.version, " and ", calibration.load_threads,
                         " load threads, but ", absl::StrJoin(others, ", "),
                         ": the floor in the error bound may not be theirs. Calibrate each load "
                         "host."));
  }
  const LoadSpec& load = report.facts.spec.load;
  if (load.open()) {
    const double rate_per_agent =
        load.rate.per_s() / static_cast<double>(std::max<size_t>(report.facts.agents.size(), 1));
    const auto& calibrated = calibration.rate_capacity;
    if (calibrated && rate_per_agent > static_cast<double>(calibrated->requests_per_s)) {
      out.push_back(StrCat("An agent was asked for ", RateText(rate_per_agent),
                           " requests/s, more than the calibration found VALID (",
                           calibrated->requests_per_s,
                           " of one-token answers): nothing was calibrated at such a load."));
    }
  } else if (most_streams > calibration.capacity.streams) {
    out.push_back(StrCat("An agent had ", most_streams,
                         " streams, more than the calibration found VALID (",
                         calibration.capacity.streams, " of ", RateText(calibration.tokens_per_s),
                         " tokens/s each): nothing was calibrated at such a load."));
  }
}

}  // namespace

Warnings WarningsFor(const CaseReport& report) {
  Warnings out = TokenWarnings(report);
  WarnOfTiming(report, out);
  WarnOfLateReads(report, out);
  WarnOfClocks(report, out);
  WarnOfLoad(report, out);
  WarnOfCalibration(report, out);
  const auto lost = std::count_if(report.facts.agents.begin(), report.facts.agents.end(),
                                  [](const AgentFacts& agent) { return agent.lost; });
  if (lost > 0) {
    out.push_back(StrCat("What the lost ", lost == 1 ? "agent" : "agents",
                         " measured of the client's own error is missing from the error bound."));
  }
  return out;
}

Warnings GeneralLimits() {
  Warnings limits;
  limits.push_back(
      "Times include the network between the load hosts and the engine; they cannot be told apart "
      "from the engine's own time.");
  limits.push_back(
      "The error bound covers the time from the arrival in the load host's kernel to the read, and "
      "the call that sends. Delays before the arrival, in the network card, in a virtual machine's "
      "host or in a proxy on the way, look like the engine's.");
  limits.push_back(
      "Token counts reported by an engine are taken as reported. Engines with different tokenizers "
      "count different things. Counts of the tokenizer are of the text that came back; tokens that "
      "an engine does not show (the end of an answer, markers around reasoning and tool calls) are "
      "not in them.");
  limits.push_back(
      "What else the engine, its GPUs or the network did during the run was not observed.");
  limits.push_back(
      "One run is one sample: differences of a few per cent between engines can be chance. Repeat "
      "the run before deciding by them.");
  return limits;
}

}  // namespace monsoon
