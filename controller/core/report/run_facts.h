// Facts about a run and its cases that no single request record holds. The run writes them into the
// run's database; every report is made from these and the records, so that `controller report` can
// make it again years later without the machines.
//
// Plain values. Times: *_wall_ns since 1970 UTC; *_ns on the run's common time line (0 = run
// start).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/request_record.h"
#include "common/stats/log_histogram.h"
#include "controller/core/calibrate/calibration.h"
#include "controller/core/preflight/engine_facts.h"
#include "controller/core/scenario/scenario.h"

namespace monsoon {

// Zero of the common time line, as three clocks of the controller's machine had it.
struct TimeZero {
  std::string boot_id;  // of the boot that monotonic_ns belongs to; "" where the system names none
  int64_t monotonic_ns = 0;
  int64_t wall_ns = 0;
};

// A `controller resume` of the run.
struct ResumeFacts {
  int64_t at_wall_ns = 0;
  std::string note;  // a sentence: what it found and did
};

// What the run's own process does now. Not stored: whoever reports looks.
enum class RunActivity { kEnded, kRunning, kDied };

struct RunFacts {
  std::string run_id;
  std::string name;
  std::string version;  // of the controller
  int64_t started_wall_ns = 0;
  int64_t finished_wall_ns = 0;  // 0: not ended yet, or its controller died
  uint64_t seed = 0;
  bool interrupted = false;                // a signal ended the run early: before its last answer
  std::optional<Calibration> calibration;  // that the scenario names
  std::vector<EngineFacts> engines;        // of the preflight; empty without one
  TimeZero zero;
  std::string invocation = "{}";  // what the command line had beside the scenario, JSON
  std::vector<ResumeFacts> resumes;
  RunActivity activity = RunActivity::kEnded;
  int64_t running_pid = 0;  // of kRunning; 0: unknown
};

// One agent in one case: what it measured of itself.
struct AgentFacts {
  std::string name;  // "host:port" or "embedded"
  std::string hostname;
  std::string version;
  int64_t load_threads = 0;
  int64_t concurrency = 0;     // its share at the start
  std::string engine_address;  // the address it connected to, e.g. "127.0.0.1:8000"
  // Its clock minus the controller's, as used for this case, and how far that may be off.
  int64_t clock_offset_ns = 0;
  int64_t clock_bound_ns = 0;       // holds from the case's start to its end
  int64_t clock_round_trip_ns = 0;  // the shortest seen
  // Its clock's rate against the controller's; + is faster. nullopt: the case was too short to
  // tell.
  std::optional<double> clock_drift_ppm;
  double weight = 1;            // as the scenario has it
  int64_t suspected_count = 0;  // how often it fell silent during the case
  int64_t suspected_ns = 0;     // and for how long, all together
  // Its first dispatch on the run's common time line; kNever: it sent nothing.
  int64_t first_send_ns = kNever;
  int64_t lost_requests = 0;  // that it had been handed and did not report
  int64_t new_connections = 0;
  int64_t reused_connections = 0;
  double busy_share_max = 0;    // busiest second of its busiest load thread, 0..1, steal counted
  double cpu_seconds = 0;       // of the whole process during the case
  int64_t starved_slot_ns = 0;  // slot time without work although the case had work left
  LogHistogram loop_lag_ns;     // socket ready -> bytes read, every read, bounded from above
  LogHistogram kernel_lag_ns;   // received by the kernel -> bytes read, of a sample of reads
  LogHistogram timer_lag_ns;    // how late a steady tick was served
  int64_t clock_step_ns = 0;    // largest step of its wall clock meanwhile; 0: none
  double clock_rate_error = 0;  // |rate of its monotonic clock / the hardware's - 1|
  bool lost = false;            // vanished during the case
  std::string lost_reason;
  // The session in which it ran the case (proto/monsoon/v1/agent.proto).
  std::string instance_id;
  uint64_t epoch = 0;
  bool reported = false;  // it told the end of the case, and every record before it is here
};

enum class CaseState {
  kRunning,     // begun; or its controller died
  kEnded,       // carried through to whatever end its records tell
  kInterrupted  // its controller died; `controller resume` closed it
};

// "running", "ended", "interrupted".
std::string_view CaseStateName(CaseState state);
std::optional<CaseState> CaseStateFromName(std::string_view name);

struct CaseFacts {
  CaseSpec spec;
  CaseState state = CaseState::kEnded;
  int64_t attempt = 1;
  // By their CaseSpec::index: the earlier attempt that this one repeats, and the later one that
  // repeats this.
  std::optional<int32_t> supersedes;
  std::optional<int32_t> superseded_by;
  int64_t planned = 0;  // measured requests the plan asked for
  int64_t warmup_planned = 0;
  int64_t start_ns = 0;  // the common start T; kNever: it did not come to it
  int64_t finished_ns = 0;
  // Of a duration stop: the window [start, end); kNever in a count stop, whose window follows from
  // its records.
  int64_t window_start_ns = kNever;
  int64_t window_end_ns = kNever;
  // Dataset.
  int64_t dataset_items = 0;
  int64_t dataset_filtered = 0;
  int64_t dataset_skipped_bad = 0;
  std::string dataset_first_bad;
  // Share of the measured requests whose prompt was sent to the same engine earlier in this run.
  double repeated_prompt_share = 0;
  std::vector<AgentFacts> agents;
  // Between the agents' first sends: the last one's minus the first one's, each relative to when
  // its own first request was meant to go; kNever: fewer than two agents sent. The clocks' part in
  // it is at most the bound.
  int64_t first_send_skew_ns = kNever;
  int64_t first_send_skew_bound_ns = 0;
  // Sentences: why the case ended early ("agent load2:7070 was lost: ..."); empty when it ran
  // whole.
  std::vector<std::string> incomplete_reasons;
  std::optional<Calibration> calibration;  // the run's; kept there
};

}  // namespace monsoon
