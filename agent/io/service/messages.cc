#include "agent/io/service/messages.h"

#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"

#include "agent/io/http/open_files.h"
#include "common/base/str_cat.h"
#include "common/model/engine_type.h"
#include "common/version.h"
#include "common/wire/protocol.h"

namespace monsoon {
namespace {

constexpr size_t kMaxRunIdBytes = 64;
constexpr uint32_t kMaxLeaseMs = 600'000;

v1::Refusal::Code CodeOf(SessionRegistry::Answer answer) {
  switch (answer) {
    case SessionRegistry::Answer::kBusy:
    case SessionRegistry::Answer::kSameRun:
    case SessionRegistry::Answer::kSameRunHeld:
      return v1::Refusal::CODE_BUSY;
    case SessionRegistry::Answer::kDraining:
      return v1::Refusal::CODE_DRAINING;
    default:
      return v1::Refusal::CODE_UNKNOWN_SESSION;
  }
}

}  // namespace

absl::Status CheckHello(const v1::Hello& hello) {
  const auto in_ids = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
  };
  const std::string& id = hello.run_id();
  if (id.empty() || id.size() > kMaxRunIdBytes || !std::all_of(id.begin(), id.end(), in_ids)) {
    return absl::InvalidArgumentError(
        StrCat("the run's id must be 1 to ", kMaxRunIdBytes, " letters, digits, - and _"));
  }
  if (hello.lease_ms() > kMaxLeaseMs) {
    return absl::InvalidArgumentError(
        StrCat("the controller asks for a lease of ", hello.lease_ms() / 1000,
               " s; this agent grants at most ", kMaxLeaseMs / 1000, " s"));
  }
  return absl::OkStatus();
}

v1::Welcome MakeWelcome(const AgentOptions& options) {
  v1::Welcome welcome;
  welcome.set_protocol_version(kProtocolVersion);
  welcome.set_agent_version(kVersion);
  welcome.set_hostname(options.hostname);
  welcome.set_name(options.display_name());
  welcome.set_instance_id(options.instance_id);
  welcome.mutable_limits()->set_cores(options.cores);
  welcome.mutable_limits()->set_load_threads(options.load_threads.count);
  welcome.mutable_limits()->set_max_concurrency(MaxConnections());
  welcome.mutable_limits()->set_item_cache_bytes(options.item_cache_bytes);
  welcome.mutable_limits()->set_max_queued_work(options.max_queued_work);
  for (const std::string& name : EngineTypeNames()) welcome.add_engine_types(name);
  return welcome;
}

v1::Refusal MakeRefusal(const SessionRegistry::Verdict& verdict) {
  v1::Refusal refusal = MakeRefusal(CodeOf(verdict.answer), verdict.sentence);
  refusal.set_retry_after_ms(
      static_cast<uint32_t>((verdict.retry_after_ns + kNsPerMs - 1) / kNsPerMs));
  return refusal;
}

v1::Refusal MakeRefusal(v1::Refusal::Code code, std::string message) {
  v1::Refusal refusal;
  refusal.set_code(code);
  refusal.set_message(std::move(message));
  refusal.set_protocol_version(kProtocolVersion);
  return refusal;
}

v1::Refusal MakeVersionRefusal(const std::string& controller_version, uint32_t protocol_version) {
  return MakeRefusal(
      v1::Refusal::CODE_PROTOCOL_VERSION,
      StrCat("the controller (version ", controller_version, ") speaks protocol ", protocol_version,
             ", this agent (version ", kVersion, ") speaks protocol ", kProtocolVersion,
             "; install the same version of both"));
}

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
