#include "controller/io/run/case_closing.h"

#include <algorithm>
#include <map>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/time/duration_text.h"
#include "controller/core/run/clock_offset.h"
#include "controller/core/scenario/scenario_plan.h"
#include "controller/io/run/unreported.h"

namespace monsoon {
namespace {

std::string Count(int64_t count, std::string_view what) {
  return StrCat(count, " ", what, count == 1 ? "" : "s");
}

std::string DeathSentence(const RunDb::Collected& collected, int64_t last_sign_wall_ns) {
  return StrCat("The controller died while this case ran (its last sign is of ",
                FormatUtc(last_sign_wall_ns), "). `controller resume` collected ",
                Count(collected.records, "record"), " from ", Count(collected.agents, "agent"),
                " afterwards.");
}

// Why an agent could not be asked; "": it was.
std::string FailureOf(const std::vector<AgentCollection>& collections, const std::string& agent) {
  for (const AgentCollection& one : collections) {
    if (one.name == agent) return one.failure;
  }
  return "";
}

bool AllTold(const CaseFacts& facts) {
  return std::all_of(facts.agents.begin(), facts.agents.end(),
                     [](const AgentFacts& agent) { return agent.reported; });
}

std::string LostSentence(int64_t lost_requests, int64_t silent, bool may_come) {
  const bool one = silent == 1;
  std::string sentence =
      StrCat(Count(lost_requests, "request"), " without a record may have been handed to ",
             one ? "it" : "them", " and ", lost_requests == 1 ? "counts" : "count", " as lost.");
  if (!may_come) return sentence;
  return StrCat(sentence, " When ", one ? "it is" : "they are",
                " back within 24 h, `controller resume` takes the records all the same.");
}

void MarkLost(const std::vector<AgentCollection>& collections,
              const std::map<std::string, int64_t>& lost, CaseFacts& facts) {
  int64_t lost_requests = 0;
  for (const auto& [agent, requests] : lost) lost_requests += requests;
  int64_t silent = 0;
  bool may_come = false;
  for (AgentFacts& agent : facts.agents) {
    const auto its = lost.find(agent.name);
    agent.lost = !agent.reported;
    agent.lost_requests = its == lost.end() ? 0 : its->second;
    agent.lost_reason = "";
    if (agent.reported) continue;
    ++silent;
    agent.lost_reason = FailureOf(collections, agent.name);
    may_come = may_come || !agent.lost_reason.empty();
    if (agent.lost_reason.empty()) {
      agent.lost_reason =
          "it kept nothing of this case: it was ended, or started again, before the case was over";
    }
    facts.incomplete_reasons.push_back(
        StrCat("Of agent ", agent.name, " not everything is known: ", agent.lost_reason));
  }
  if (lost_requests == 0) return;
  facts.incomplete_reasons.push_back(LostSentence(lost_requests, silent, may_come));
}

absl::Status AddFirstSends(RunDb& db, CaseFacts& facts) {
  ASSIGN_OR_RETURN(const auto first_sends, db.FirstSends(facts.spec.index));
  for (AgentFacts& agent : facts.agents) {
    const auto found = first_sends.find(agent.name);
    if (found != first_sends.end()) agent.first_send_ns = found->second;
  }
  return absl::OkStatus();
}

// What is known of an interrupted case by now. Said anew after each `controller resume`: an agent
// that did not answer the first one may have answered this one.
absl::Status TellWhatIsKnown(const std::vector<AgentCollection>& collections,
                             int64_t last_sign_wall_ns, RunDb& db, CaseFacts& facts) {
  const int32_t case_index = facts.spec.index;
  // Then no agent ever had them.
  if (AllTold(facts)) RETURN_IF_ERROR(db.TurnLostIntoNotSent(case_index));
  ASSIGN_OR_RETURN(const auto lost, db.LostRequests(case_index));
  ASSIGN_OR_RETURN(const RunDb::Collected collected, db.CountCollected(case_index));
  facts.incomplete_reasons = {DeathSentence(collected, last_sign_wall_ns)};
  MarkLost(collections, lost, facts);
  return AddFirstSends(db, facts);
}

// The clocks were compared last when the case began; the agents went on for a lease.
void AgeClocks(int64_t lease_ns, CaseFacts& facts) {
  const double age_ns = static_cast<double>(facts.finished_ns - facts.start_ns + lease_ns);
  for (AgentFacts& agent : facts.agents) {
    agent.clock_bound_ns += static_cast<int64_t>(age_ns * ClockOffset::kDriftNsPerNs);
  }
}

}  // namespace

absl::StatusOr<bool> HasStarted(const CaseFacts& facts, RunDb& db) {
  if (facts.start_ns != kNever) return true;
  // It died between the word to the agents and the note of it.
  ASSIGN_OR_RETURN(const auto first_sends, db.FirstSends(facts.spec.index));
  if (!first_sends.empty()) return true;
  // An agent that says nothing may have heard that word.
  ASSIGN_OR_RETURN(const uint64_t handed, db.ReadHanded(facts.spec.index));
  return handed > 0 && std::any_of(facts.agents.begin(), facts.agents.end(),
                                   [](const AgentFacts& agent) { return !agent.reported; });
}

absl::Status ReplayPrompts(const CaseInputs& inputs, RunSession& session, const CaseFacts& facts) {
  ASSIGN_OR_RETURN(const uint64_t handed, session.db().ReadHanded(facts.spec.index));
  RepeatTracker& repeats = session.repeats();
  repeats.BeginCase(facts.spec.engine.name, facts.spec.engine.url, facts.spec.dataset.cache_bust);
  const auto count = std::min(static_cast<int64_t>(handed), inputs.plan.total());
  for (int64_t index = 0; index < count; ++index) {
    ASSIGN_OR_RETURN(const Item item, inputs.dataset->Read(inputs.plan.PositionOf(index)));
    repeats.Note(ComputeItemId(item), inputs.plan.IsWarmup(index));
  }
  return absl::OkStatus();
}

absl::Status CloseCase(const ClosingInputs& closing, RunSession& session, CaseFacts& facts) {
  RunDb& db = session.db();
  const int32_t case_index = facts.spec.index;
  const RequestPlan& plan = closing.inputs->plan;
  RETURN_IF_ERROR(ReplayPrompts(*closing.inputs, session, facts));
  facts.repeated_prompt_share = session.repeats().RepeatedShare();

  ASSIGN_OR_RETURN(const uint64_t handed, db.ReadHanded(case_index));
  ASSIGN_OR_RETURN(const std::vector<uint64_t> missing,
                   db.MissingRequests(case_index, static_cast<uint64_t>(plan.total())));
  const auto mark =
      AllTold(facts) ? missing.begin() : std::lower_bound(missing.begin(), missing.end(), handed);
  const std::vector<uint64_t> lost(missing.begin(), mark);
  const std::vector<uint64_t> not_sent(mark, missing.end());
  const bool knows_start = facts.start_ns != kNever;
  const UnreportedCase where{.case_index = case_index,
                             .plan = plan,
                             .schedule = ScheduleOf(closing.plan_spec, session.facts().seed),
                             .request_id_prefix = session.keeper().RequestIdPrefix(case_index),
                             .started = knows_start,
                             .start_ns = knows_start ? facts.start_ns : 0};
  const auto silent = [](const AgentFacts& agent) { return !agent.reported; };
  const auto first = std::find_if(facts.agents.begin(), facts.agents.end(), silent);
  const bool only_one = std::count_if(facts.agents.begin(), facts.agents.end(), silent) == 1;
  RETURN_IF_ERROR(WriteUnreported(where, only_one ? first->name : "", RequestStatus::kLost,
                                  MakeRanges(lost), db));
  RETURN_IF_ERROR(WriteUnreported(where, "", RequestStatus::kNotSent, MakeRanges(not_sent), db));

  facts.state = CaseState::kInterrupted;
  facts.finished_ns = std::max(closing.last_sign_wall_ns - session.facts().zero.wall_ns,
                               knows_start ? facts.start_ns : 0);
  if (knows_start) AgeClocks(session.inputs().scenario.lease_ns, facts);
  RETURN_IF_ERROR(TellWhatIsKnown(closing.collections, closing.last_sign_wall_ns, db, facts));
  return db.WriteCase(facts);
}

absl::Status NoteLateRecords(const std::vector<AgentCollection>& collections, RunSession& session,
                             CaseFacts& facts) {
  RunDb& db = session.db();
  if (facts.state == CaseState::kInterrupted) {
    const int64_t last_sign_wall_ns = session.facts().zero.wall_ns + facts.finished_ns;
    RETURN_IF_ERROR(TellWhatIsKnown(collections, last_sign_wall_ns, db, facts));
    return db.WriteCase(facts);
  }
  ASSIGN_OR_RETURN(const RunDb::Collected collected, db.CountCollected(facts.spec.index));
  if (collected.records == 0) return absl::OkStatus();
  constexpr std::string_view kEnd = " collected later, by `controller resume`.";
  auto& reasons = facts.incomplete_reasons;
  std::erase_if(reasons, [kEnd](const std::string& one) { return one.ends_with(kEnd); });
  reasons.push_back(StrCat(Count(collected.records, "record"), " of ",
                           Count(collected.agents, "agent"),
                           collected.records == 1 ? " was" : " were", kEnd));
  ASSIGN_OR_RETURN(const auto lost, db.LostRequests(facts.spec.index));
  for (AgentFacts& agent : facts.agents) {
    const auto its = lost.find(agent.name);
    if (agent.lost) agent.lost_requests = its == lost.end() ? 0 : its->second;
  }
  return db.WriteCase(facts);
}

}  // namespace monsoon
