#include "agent/io/service/session_watch.h"

#include <algorithm>
#include <utility>

namespace monsoon {

void SessionWatch::Prepared(const CaseRunner& runner) {
  const AgentCase& agent_case = runner.agent_case();
  observer_.On(
      CasePrepared{.run_id = run_id_,
                   .case_index = agent_case.case_index,
                   .engine_type = agent_case.engine.type,
                   .engine_address = runner.engine_address(),
                   .concurrency = agent_case.concurrency,
                   .rate_per_s = agent_case.open_loop ? agent_case.open_loop->rate_per_s : 0});
}

void SessionWatch::Rejected(int32_t case_index, const std::string& error) {
  observer_.On(CaseRejected{run_id_, case_index, error});
}

void SessionWatch::Started(int32_t case_index, int64_t starts_in_ns) {
  observer_.On(CaseStarted{run_id_, case_index, std::max<int64_t>(starts_in_ns, 0)});
}

void SessionWatch::SpillFailed(const std::string& error, bool lost) {
  observer_.On(monsoon::SpillFailed{run_id_, error, lost});
}

void SessionWatch::RunEnded(const std::string& reason, int64_t left_bytes) {
  observer_.On(monsoon::RunEnded{run_id_, reason, left_bytes});
}

LoadCounts SessionWatch::Counts(const CaseRunner& runner) const {
  const CaseRunner::Counters counters = runner.counters();
  return {.started = counters.started,
          .finished = counters.finished,
          .token_events = counters.token_events,
          .starved_slot_ns = counters.starved_slot_ns,
          .tally = tally_};
}

void SessionWatch::Tick(SessionLive session, const CaseRunner* runner) {
  if (runner != nullptr) {
    const CaseRunner::Counters counters = runner->counters();
    session.live = CaseLive{.case_index = runner->agent_case().case_index,
                            .started = runner->start_ns() <= session.now_ns,
                            .counts = Counts(*runner),
                            .queued = counters.queued,
                            .connections = counters.connections,
                            .loop_lag_max_ns = counters.lag_max_ns,
                            .busy_share = counters.busy_share_max};
  }
  observer_.Tick(session);
}

void SessionWatch::Ended(const CaseRunner& runner, const LoopFacts& facts,
                         const std::string& gave_up) {
  observer_.On(CaseEnded{.run_id = run_id_,
                         .case_index = runner.agent_case().case_index,
                         .counts = Counts(runner),
                         .busy_share_max = facts.busy_share_max,
                         .loop_lag_p99_ns = facts.loop_lag_ns.Quantile(0.99),
                         .gave_up = gave_up});
  tally_ = RequestTally();
}

}  // namespace monsoon
