#include "controller/io/run/late_records.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/core/run/case_losses.h"

namespace monsoon {
namespace {

constexpr std::string_view kMayBeLost = " without a record may have been handed to ";
constexpr std::string_view kCollected = "`controller resume` collected ";
constexpr std::string_view kCollectedLater = " collected later, by `controller resume`.";

std::string Count(int64_t count, std::string_view what) {
  return StrCat(count, " ", what, count == 1 ? "" : "s");
}

bool IsLost(const AgentFacts& agent) { return agent.lost; }

// Of a case that was carried through: each loss has its sentence.
void CorrectEnded(const std::map<std::string, int64_t>& lost, CaseFacts& facts) {
  for (AgentFacts& agent : facts.agents) {
    if (!agent.lost) continue;
    const auto found = lost.find(agent.name);
    const int64_t requests = found == lost.end() ? 0 : found->second;
    CorrectLoss(agent.name, agent.lost_requests, requests, facts.incomplete_reasons);
    agent.lost_requests = requests;
  }
}

// Of one that `controller resume` closed: an agent was lost as long as it had not told everything.
void CorrectInterrupted(const std::map<std::string, int64_t>& lost, CaseFacts& facts) {
  std::vector<std::string>& reasons = facts.incomplete_reasons;
  for (AgentFacts& agent : facts.agents) {
    if (!agent.lost || !agent.reported) continue;
    std::erase(reasons, NotAllIsKnown(agent));
    agent.lost = false;
    agent.lost_reason.clear();
    agent.lost_requests = 0;
  }
  int64_t requests = 0;
  for (const auto& [agent, count] : lost) requests += count;
  const auto silent = std::count_if(facts.agents.begin(), facts.agents.end(), IsLost);
  for (AgentFacts& agent : facts.agents) {
    if (agent.lost && silent == 1) agent.lost_requests = requests;
  }
  const auto may_be_lost = [](const std::string& reason) {
    return absl::StrContains(reason, ToAbsl(kMayBeLost));
  };
  const auto place = std::find_if(reasons.begin(), reasons.end(), may_be_lost);
  if (place == reasons.end()) return;
  *place = MayBeLost(requests, static_cast<size_t>(silent));
  if (requests == 0) reasons.erase(place);
}

}  // namespace

std::string CollectedAfterDeath(const RunDb::Collected& collected) {
  return StrCat(kCollected, Count(collected.records, "record"), " from ",
                Count(collected.agents, "agent"), " afterwards.");
}

std::string NotAllIsKnown(const AgentFacts& agent) {
  return StrCat("Of agent ", agent.name, " not everything is known: ", agent.lost_reason);
}

std::string MayBeLost(int64_t requests, size_t silent_agents) {
  const bool one = silent_agents == 1;
  return StrCat(Count(requests, "request"), kMayBeLost, one ? "it" : "them",
                requests == 1 ? " and counts" : " and count", " as lost. What ",
                one ? "it has" : "they have",
                " kept of them, `controller resume` takes within 24 h all the same.");
}

absl::Status RecountLost(RunDb& db, CaseFacts& facts) {
  if (std::none_of(facts.agents.begin(), facts.agents.end(), IsLost)) return absl::OkStatus();
  const int32_t case_index = facts.spec.index;
  bool all_told = true;
  for (const AgentFacts& agent : facts.agents) {
    all_told = all_told && agent.reported;
    if (!agent.lost || !agent.reported) continue;
    RETURN_IF_ERROR(db.TakeBackLost(case_index, agent.name));
  }
  if (all_told) RETURN_IF_ERROR(db.TakeBackLost(case_index, ""));
  ASSIGN_OR_RETURN(const auto lost, db.CountLost(case_index));
  if (facts.state == CaseState::kInterrupted) {
    CorrectInterrupted(lost, facts);
  } else {
    CorrectEnded(lost, facts);
  }
  return db.WriteCase(facts);
}

absl::Status RecountLost(RunDb& db) {
  ASSIGN_OR_RETURN(std::vector<CaseFacts> cases, db.ReadCases());
  for (CaseFacts& facts : cases) {
    if (facts.state != CaseState::kRunning) RETURN_IF_ERROR(RecountLost(db, facts));
  }
  return absl::OkStatus();
}

absl::Status NoteLateRecords(RunDb& db, CaseFacts& facts) {
  ASSIGN_OR_RETURN(const RunDb::Collected collected, db.CountCollected(facts.spec.index));
  auto& reasons = facts.incomplete_reasons;
  const auto tells = [](const std::string& one) {
    return absl::StrContains(one, ToAbsl(kCollected));
  };
  const auto death = std::find_if(reasons.begin(), reasons.end(), tells);
  if (death != reasons.end()) {
    death->replace(death->find(kCollected), std::string::npos, CollectedAfterDeath(collected));
    RETURN_IF_ERROR(db.WriteCase(facts));
  } else if (collected.records > 0) {
    std::erase_if(reasons, [](const std::string& one) { return one.ends_with(kCollectedLater); });
    reasons.push_back(StrCat(Count(collected.records, "record"), " of ",
                             Count(collected.agents, "agent"),
                             collected.records == 1 ? " was" : " were", kCollectedLater));
    RETURN_IF_ERROR(db.WriteCase(facts));
  }
  return RecountLost(db, facts);
}

}  // namespace monsoon
