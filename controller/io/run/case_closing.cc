#include "controller/io/run/case_closing.h"

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/time/duration_text.h"
#include "controller/core/run/clock_offset.h"
#include "controller/core/scenario/scenario_plan.h"
#include "controller/io/run/late_records.h"
#include "controller/io/run/unreported.h"

namespace monsoon {
namespace {

std::string DeathSentence(const RunDb::Collected& collected, int64_t last_sign_wall_ns) {
  return StrCat("The controller died while this case ran (its last sign is of ",
                FormatUtc(last_sign_wall_ns), "). ", CollectedAfterDeath(collected));
}

// Why an agent's part is not known to be whole.
std::string FailureOf(const std::vector<AgentCollection>& collections, const std::string& agent) {
  for (const AgentCollection& one : collections) {
    if (one.name == agent && !one.failure.empty()) return one.failure;
  }
  return "it has nothing of this case: it was ended, or started again, before the case was over, "
         "or has deleted what it had kept (after 24 h, or for want of room: its log says "
         "spool_deleted)";
}

void MarkLost(const std::vector<AgentCollection>& collections, int64_t lost_requests,
              CaseFacts& facts) {
  std::vector<AgentFacts*> silent;
  for (AgentFacts& agent : facts.agents) {
    if (!agent.reported) silent.push_back(&agent);
  }
  for (AgentFacts* const agent : silent) {
    agent->lost = true;
    agent->lost_reason = FailureOf(collections, agent->name);
    if (silent.size() == 1) agent->lost_requests = lost_requests;
    facts.incomplete_reasons.push_back(NotAllIsKnown(*agent));
  }
  if (lost_requests > 0)
    facts.incomplete_reasons.push_back(MayBeLost(lost_requests, silent.size()));
}

absl::Status AddFirstSends(RunDb& db, CaseFacts& facts) {
  ASSIGN_OR_RETURN(const auto first_sends, db.FirstSends(facts.spec.index));
  for (AgentFacts& agent : facts.agents) {
    const auto found = first_sends.find(agent.name);
    if (found != first_sends.end()) agent.first_send_ns = found->second;
  }
  return absl::OkStatus();
}

// The clocks were compared last when the case began; the agents went on for a lease.
void AgeClocks(int64_t lease_ns, CaseFacts& facts) {
  const double age_ns = static_cast<double>(facts.finished_ns - facts.start_ns + lease_ns);
  for (AgentFacts& agent : facts.agents) {
    agent.clock_bound_ns += static_cast<int64_t>(age_ns * ClockOffset::kDriftNsPerNs);
  }
}

absl::StatusOr<int64_t> CountAllLost(int32_t case_index, RunDb& db) {
  ASSIGN_OR_RETURN(const auto lost, db.CountLost(case_index));
  int64_t requests = 0;
  for (const auto& [agent, count] : lost) requests += count;
  return requests;
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
  const bool all_told = std::all_of(facts.agents.begin(), facts.agents.end(),
                                    [](const AgentFacts& agent) { return agent.reported; });
  const auto mark =
      all_told ? missing.begin() : std::lower_bound(missing.begin(), missing.end(), handed);
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

  ASSIGN_OR_RETURN(const RunDb::Collected collected, db.CountCollected(case_index));
  facts.incomplete_reasons.push_back(DeathSentence(collected, closing.last_sign_wall_ns));
  // Some may have their row from a resume that was broken off here.
  ASSIGN_OR_RETURN(const int64_t all_lost, CountAllLost(case_index, db));
  MarkLost(closing.collections, all_lost, facts);
  RETURN_IF_ERROR(AddFirstSends(db, facts));
  facts.state = CaseState::kInterrupted;
  facts.finished_ns = std::max(closing.last_sign_wall_ns - session.facts().zero.wall_ns,
                               knows_start ? facts.start_ns : 0);
  if (knows_start) AgeClocks(session.inputs().scenario.lease_ns, facts);
  return db.WriteCase(facts);
}

}  // namespace monsoon
