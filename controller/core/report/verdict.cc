#include "controller/core/report/verdict.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "common/base/str_cat.h"
#include "common/time/clock.h"
#include "controller/core/report/case_text.h"
#include "controller/core/report/number_text.h"

namespace monsoon {
namespace {

using Reasons = std::vector<std::string>;

std::string ErrorLimitText(const CaseReport& report) {
  const VerdictLimits& limits = report.facts.spec.verdict;
  return StrCat("the limit of ", SecondsText(report.max_error_s), " s (the larger of ",
                SecondsText(ToSeconds(limits.max_error_ns)), " s and ",
                PercentText(limits.max_error_share_of_ttft), " of TTFT p50)");
}

Reasons FailedReasons(const CaseReport& report) {
  const RequestCounts& counts = report.requests;
  if (counts.ok > 0) return {};
  if (counts.failed == 0) {
    return {StrCat("No request succeeded: none of the ", counts.planned,
                   " planned requests was answered. See the reasons below and the agents' "
                   "logs.")};
  }
  const std::string classes =
      absl::StrJoin(counts.errors, ", ", [](std::string* out, const auto& entry) {
        absl::StrAppend(out, entry.second, " x ", entry.first);
      });
  return {StrCat("No request succeeded: ", counts.failed, " of ", counts.planned,
                 " planned requests failed (", classes,
                 "). Read the error samples, repair the engine or the scenario, and run "
                 "again.")};
}

Reasons IncompleteReasons(const CaseReport& report) {
  const RequestCounts& counts = report.requests;
  Reasons reasons = report.facts.incomplete_reasons;
  if (report.facts.state == CaseState::kRunning) {
    reasons.push_back(StrCat("This case has not ended: ", counts.accounted(), " of ",
                             counts.planned, " planned requests have a record so far."));
  }
  const auto missing = [&](int64_t number, std::string_view what) {
    if (number == 0) return;
    reasons.push_back(StrCat(number, " of ", counts.planned, " planned requests ", what));
  };
  missing(counts.lost,
          "were lost: an agent was handed them and never reported them. They were not sent again. "
          "Find out why the agent vanished, then run the case again.");
  // What found too many requests in flight is no loss: the achieved rate tells of it.
  const int64_t over_limit = report.rate ? report.rate->over_max_in_flight : 0;
  missing(counts.not_sent - over_limit, "were not sent. Run the case again to its end.");
  missing(counts.cancelled, "were cancelled while in flight. Run the case again to its end.");
  return reasons;
}

void CheckClientError(const CaseReport& report, Reasons& reasons) {
  const std::optional<double>& bound = report.client.error_bound_p99_s;
  if (!bound) {
    reasons.push_back(
        "No agent measured its own loop lag, so the timing error is unknown. Check that the "
        "agents' "
        "version is the controller's, then run the case again.");
  } else if (*bound > report.max_error_s) {
    reasons.push_back(StrCat(
        "The client's timing error bound p99 was ", SecondsText(*bound), " s",
        BoundPartsText(report), ", over ", ErrorLimitText(report),
        ": the agents read answers late. Use more agents or load threads, or idle machines."));
  }
  if (report.lateness_s.count > 0 && report.lateness_s.p99 > report.max_error_s) {
    reasons.push_back(StrCat("Requests were dispatched late: lateness p99 was ",
                             SecondsText(report.lateness_s.p99), " s, over ",
                             ErrorLimitText(report),
                             ". Use more agents or load threads, or idle machines."));
  }
}

void CheckCapacity(const CaseReport& report, Reasons& reasons) {
  const VerdictLimits& limits = report.facts.spec.verdict;
  const ClientReport& client = report.client;
  if (client.cpu_utilisation_max > limits.max_busy_share) {
    reasons.push_back(
        StrCat("A load thread was ", PercentText(client.cpu_utilisation_max),
               " busy during one second, over the limit of ", PercentText(limits.max_busy_share),
               ". Use more agents or load threads, or move other work off the load host."));
  }
  if (client.starved_share.value_or(0) > limits.max_starved_share) {
    reasons.push_back(StrCat(
        "The agents ran out of work for ", PercentText(*client.starved_share),
        " of the slot time (", SecondsText(client.starved_s), " s in all), over the limit of ",
        PercentText(limits.max_starved_share),
        ": the asked concurrency was not kept. Check the network between controller and agents and "
        "the controller's disk."));
  }
}

void CheckClocks(const CaseReport& report, Reasons& reasons) {
  const double error = report.client.clock_rate_error;
  const double limit = report.facts.spec.verdict.max_clock_rate_error;
  if (error <= limit) return;
  reasons.push_back(StrCat("An agent's monotonic clock ran ", PercentText(error),
                           " off its hardware's rate, over the limit of ", PercentText(limit),
                           ": every time is wrong by that share. Repair its time "
                           "synchronisation (chronyc tracking), then run the case again."));
}

void CheckRate(const CaseReport& report, Reasons& reasons) {
  if (!report.rate || !report.rate->achieved_share) return;
  const RateReport& rate = *report.rate;
  const double limit = report.facts.spec.verdict.min_achieved_rate_share;
  if (*rate.achieved_share >= limit) return;
  std::string reason =
      StrCat("Only ", PercentText(*rate.achieved_share),
             " of the requests that were due were sent (", rate.dispatched, " of ",
             rate.planned_so_far, "), under the limit of ", PercentText(limit), ".");
  if (rate.over_max_in_flight > 0) {
    reason +=
        StrCat(" ", rate.over_max_in_flight, " were due while max_in_flight (",
               report.facts.spec.load.max_in_flight,
               ") requests were in flight: the engine did not keep up with this rate. Ask for "
               "less, or allow more in flight.");
  } else {
    reason += " See what else this report says of the agents, then run the case again.";
  }
  reasons.push_back(std::move(reason));
}

void CheckConservation(const RequestCounts& counts, Reasons& reasons) {
  if (counts.accounted() == counts.planned) return;
  reasons.push_back(
      absl::StrFormat("The requests do not add up: %d planned, but %d ok + %d failed + %d "
                      "cancelled + %d not sent + "
                      "%d lost = %d. This is a defect of the load test: keep run.db and report it.",
                      counts.planned, counts.ok, counts.failed, counts.cancelled, counts.not_sent,
                      counts.lost, counts.accounted()));
}

Reasons InvalidReasons(const CaseReport& report) {
  Reasons reasons;
  // With nothing measured there is nothing that a slow client could have spoiled.
  if (report.requests.ok > 0) CheckClientError(report, reasons);
  CheckCapacity(report, reasons);
  CheckRate(report, reasons);
  CheckClocks(report, reasons);
  if (report.facts.state != CaseState::kRunning) CheckConservation(report.requests, reasons);
  return reasons;
}

}  // namespace

double MaxErrorSeconds(const CaseReport& report) {
  const VerdictLimits& limits = report.facts.spec.verdict;
  const double absolute_s = ToSeconds(limits.max_error_ns);
  if (report.ttft_s.count == 0) return absolute_s;
  return std::max(absolute_s, limits.max_error_share_of_ttft * report.ttft_s.p50);
}

Verdict Judge(const CaseReport& report) {
  Verdict verdict{VerdictKind::kValid, {}};
  const auto apply = [&verdict](VerdictKind kind, const Reasons& reasons) {
    if (reasons.empty()) return;
    if (verdict.kind == VerdictKind::kValid) verdict.kind = kind;
    verdict.reasons.insert(verdict.reasons.end(), reasons.begin(), reasons.end());
  };
  apply(VerdictKind::kFailed, FailedReasons(report));
  apply(VerdictKind::kIncomplete, IncompleteReasons(report));
  apply(VerdictKind::kInvalid, InvalidReasons(report));
  return verdict;
}

}  // namespace monsoon
