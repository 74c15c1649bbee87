#include "agent/io/service/messages.h"

#include <sys/resource.h>

namespace monsoon {

v1::Pong MakePong(const v1::Ping& ping, const Clock& clock) {
  v1::Pong pong;
  pong.set_received_agent_ns(clock.MonotonicNs());
  pong.set_id(ping.id());
  pong.set_sent_controller_ns(ping.sent_controller_ns());
  pong.set_sent_agent_ns(clock.MonotonicNs());
  return pong;
}

v1::Progress MakeProgress(const CaseRunner& runner, uint64_t received) {
  const CaseRunner::Counters counters = runner.counters();
  v1::Progress progress;
  progress.set_case_index(runner.agent_case().case_index);
  progress.set_received(received);
  progress.set_started(counters.started);
  progress.set_finished(counters.finished);
  progress.set_queued(counters.queued);
  progress.set_in_flight(counters.started - counters.finished);
  progress.set_token_events(counters.token_events);
  progress.set_starved_slot_ns(counters.starved_slot_ns);
  return progress;
}

double ProcessCpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

v1::CaseDone MakeCaseDone(const CaseRunner& runner, const LoopFacts& facts, const CaseEnd& end) {
  v1::CaseDone done;
  done.set_case_index(runner.agent_case().case_index);
  done.set_last_sequence(end.last_sequence);
  done.set_new_connections(facts.new_connections);
  done.set_reused_connections(facts.reused_connections);
  done.set_busy_share_max(facts.busy_share_max);
  done.set_cpu_seconds(end.cpu_seconds);
  done.set_starved_slot_ns(runner.counters().starved_slot_ns);
  done.set_loop_lag_histogram(facts.loop_lag_ns.Serialize());
  done.set_kernel_lag_histogram(facts.kernel_lag_ns.Serialize());
  done.set_timer_lag_histogram(facts.timer_lag_ns.Serialize());
  done.set_clock_step_ns(facts.clock_step_ns);
  done.set_clock_rate_error(facts.clock_rate_error);
  done.set_gave_up(end.gave_up);
  return done;
}

}  // namespace monsoon
