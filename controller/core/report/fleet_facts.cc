#include "controller/core/report/fleet_facts.h"

#include <cmath>

#include "absl/strings/str_format.h"

#include "common/base/str_cat.h"
#include "common/time/clock.h"
#include "controller/core/report/number_text.h"

namespace monsoon {

bool ToldOfItself(const AgentFacts& agent) { return agent.reported || agent.cpu_seconds > 0; }

bool ClockKnown(const AgentFacts& agent) { return agent.clock_round_trip_ns > 0; }

std::optional<double> ClockSeconds(const AgentFacts& agent, int64_t ns) {
  return ClockKnown(agent) ? std::optional<double>(ToSeconds(ns)) : std::nullopt;
}

std::optional<double> FirstSendSeconds(const CaseFacts& facts, const AgentFacts& agent) {
  if (agent.first_send_ns == kNever || facts.start_ns == kNever) return std::nullopt;
  return ToSeconds(agent.first_send_ns - facts.start_ns);
}

std::optional<double> FirstSendSkewSeconds(const CaseFacts& facts) {
  if (facts.first_send_skew_ns == kNever) return std::nullopt;
  return ToSeconds(facts.first_send_skew_ns);
}

std::string MsText(int64_t ns) {
  const double ms = static_cast<double>(ns) / kNsPerMs;
  const double size = std::abs(ms);
  return absl::StrFormat("%.*f", size >= 1000 ? 0 : size >= 10 ? 1 : 3, ms);
}

std::string SignedMsText(int64_t ns) { return StrCat(ns < 0 ? "" : "+", MsText(ns)); }

std::string SkewSentence(const CaseFacts& facts) {
  if (facts.first_send_skew_ns == kNever) return "";
  return StrCat(facts.agents.size(), " agents; their first sends were ",
                MsText(facts.first_send_skew_ns),
                " ms apart, of which the clocks' uncertainty is at most ",
                MsText(facts.first_send_skew_bound_ns), " ms");
}

std::vector<std::string> TroubleSentences(const CaseFacts& facts) {
  std::vector<std::string> sentences;
  for (const AgentFacts& agent : facts.agents) {
    if (agent.lost) {
      sentences.push_back(StrCat("agent ", agent.name, " LOST",
                                 agent.lost_reason.empty() ? "" : ": ", agent.lost_reason));
      if (agent.lost_requests > 0) {
        sentences.back() += StrCat(" (", CountText(agent.lost_requests), " requests lost)");
      }
    }
    if (agent.suspected_count > 0) {
      sentences.push_back(StrCat(
          "agent ", agent.name, " fell silent ",
          agent.suspected_count == 1 ? "once" : StrCat(agent.suspected_count, " times"), ", for ",
          SecondsText(ToSeconds(agent.suspected_ns)), " s in all; it got no new work meanwhile"));
    }
  }
  return sentences;
}

std::string AttemptSentence(const CaseFacts& facts) {
  if (facts.superseded_by) {
    return StrCat("attempt ", facts.attempt,
                  "; a later attempt at this case counts instead, and this one does not change the "
                  "exit status");
  }
  if (facts.attempt == 1) return "";
  return StrCat("attempt ", facts.attempt, "; the earlier one was interrupted");
}

}  // namespace monsoon
