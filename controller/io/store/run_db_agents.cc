// The part of RunDb that stores and reads what is known of each agent in each case.
#include "common/base/status_macros.h"
#include "controller/io/store/run_db.h"
#include "controller/io/store/sqlite_statement.h"

namespace monsoon {

absl::Status RunDb::InsertAgents(const CaseFacts& facts) {
  ASSIGN_OR_RETURN(
      SqliteStatement remove,
      SqliteStatement::Prepare(db_, path_, "DELETE FROM case_agents WHERE case_id = ?"));
  remove.Bind(int64_t{facts.spec.index});
  RETURN_IF_ERROR(remove.Run());
  ASSIGN_OR_RETURN(SqliteStatement insert,
                   SqliteStatement::Prepare(
                       db_, path_,
                       "INSERT INTO case_agents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                       "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  int64_t position = 0;
  for (const AgentFacts& agent : facts.agents) {
    const std::string loop_lag = agent.loop_lag_ns.Serialize();
    const std::string kernel_lag = agent.kernel_lag_ns.Serialize();
    const std::string timer_lag = agent.timer_lag_ns.Serialize();
    insert.Bind(int64_t{facts.spec.index});
    insert.Bind(position++);
    insert.Bind(std::string_view(agent.name));
    insert.Bind(std::string_view(agent.hostname));
    insert.Bind(std::string_view(agent.version));
    insert.Bind(agent.load_threads);
    insert.Bind(agent.concurrency);
    insert.Bind(std::string_view(agent.engine_address));
    insert.Bind(agent.clock_offset_ns);
    insert.Bind(agent.clock_bound_ns);
    insert.Bind(agent.new_connections);
    insert.Bind(agent.reused_connections);
    insert.Bind(agent.busy_share_max);
    insert.Bind(agent.cpu_seconds);
    insert.Bind(agent.starved_slot_ns);
    insert.BindBlob(loop_lag);
    insert.BindBlob(kernel_lag);
    insert.BindBlob(timer_lag);
    insert.Bind(agent.clock_step_ns);
    insert.Bind(agent.clock_rate_error);
    insert.Bind(int64_t{agent.lost});
    insert.Bind(std::string_view(agent.lost_reason));
    insert.Bind(agent.clock_round_trip_ns);
    insert.Bind(agent.clock_drift_ppm);
    insert.Bind(agent.weight);
    insert.Bind(agent.suspected_count);
    insert.Bind(agent.suspected_ns);
    if (agent.first_send_ns == kNever) {
      insert.BindNull();
    } else {
      insert.Bind(agent.first_send_ns);
    }
    insert.Bind(agent.lost_requests);
    insert.Bind(std::string_view(agent.instance_id));
    insert.Bind(static_cast<int64_t>(agent.epoch));
    insert.Bind(int64_t{agent.reported});
    RETURN_IF_ERROR(insert.Run());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<AgentFacts>> RunDb::ReadAgents(int32_t case_index) {
  ASSIGN_OR_RETURN(
      SqliteStatement select,
      SqliteStatement::Prepare(
          db_, path_,
          "SELECT name, hostname, version, load_threads, concurrency, engine_address, "
          "clock_offset_ns, clock_bound_ns, new_connections, reused_connections, busy_share_max, "
          "cpu_seconds, starved_slot_ns, loop_lag_ns, kernel_lag_ns, timer_lag_ns, clock_step_ns, "
          "clock_rate_error, lost, lost_reason, clock_round_trip_ns, clock_drift_ppm, weight, "
          "suspected_count, suspected_ns, first_send_ns, lost_requests, instance_id, epoch, "
          "reported FROM case_agents "
          "WHERE case_id = ? ORDER BY position"));
  select.Bind(int64_t{case_index});
  std::vector<AgentFacts> agents;
  while (true) {
    ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) return agents;
    AgentFacts& agent = agents.emplace_back();
    agent.name = select.TakeText();
    agent.hostname = select.TakeText();
    agent.version = select.TakeText();
    agent.load_threads = select.TakeInt();
    agent.concurrency = select.TakeInt();
    agent.engine_address = select.TakeText();
    agent.clock_offset_ns = select.TakeInt();
    agent.clock_bound_ns = select.TakeInt();
    agent.new_connections = select.TakeInt();
    agent.reused_connections = select.TakeInt();
    agent.busy_share_max = select.TakeDouble();
    agent.cpu_seconds = select.TakeDouble();
    agent.starved_slot_ns = select.TakeInt();
    ASSIGN_OR_RETURN(agent.loop_lag_ns, LogHistogram::Parse(select.TakeText()));
    ASSIGN_OR_RETURN(agent.kernel_lag_ns, LogHistogram::Parse(select.TakeText()));
    ASSIGN_OR_RETURN(agent.timer_lag_ns, LogHistogram::Parse(select.TakeText()));
    agent.clock_step_ns = select.TakeInt();
    agent.clock_rate_error = select.TakeDouble();
    agent.lost = select.TakeInt() != 0;
    agent.lost_reason = select.TakeText();
    agent.clock_round_trip_ns = select.TakeInt();
    agent.clock_drift_ppm = select.TakeOptionalDouble();
    agent.weight = select.TakeDouble();
    agent.suspected_count = select.TakeInt();
    agent.suspected_ns = select.TakeInt();
    agent.first_send_ns = select.TakeOptionalInt().value_or(kNever);
    agent.lost_requests = select.TakeInt();
    agent.instance_id = select.TakeText();
    agent.epoch = static_cast<uint64_t>(select.TakeInt());
    agent.reported = select.TakeInt() != 0;
  }
}

}  // namespace monsoon
