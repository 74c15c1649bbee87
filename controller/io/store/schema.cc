#include "controller/io/store/schema.h"

namespace monsoon {

// SQLite keeps a CREATE statement as it was written, so a comment must stand inside its statement.
const char kSchemaSql[] = R"sql(
CREATE TABLE schema_version (
  version INTEGER NOT NULL -- of this schema; a program that knows another one must not read it
);

CREATE TABLE runs (
  run_id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,                -- of the scenario
  version TEXT NOT NULL,             -- of the controller
  started_wall_ns INTEGER NOT NULL,  -- since 1970-01-01 UTC; never subtract these from each other
  finished_wall_ns INTEGER NOT NULL, -- 0: still running, or its controller died
  seed INTEGER NOT NULL,             -- unsigned; stored as the signed number of equal bits
  interrupted INTEGER NOT NULL,      -- 1: a signal ended the run early
  calibration TEXT,                  -- JSON, monsoon.calibration/1; NULL: the scenario names none
  boot_id TEXT NOT NULL,             -- of the machine's boot that zero_monotonic_ns belongs to
  zero_monotonic_ns INTEGER NOT NULL, -- zero of the common time line, by the controller's
  zero_wall_ns INTEGER NOT NULL,     -- CLOCK_MONOTONIC and by its wall clock
  invocation TEXT NOT NULL           -- JSON: agents and options of the command line
) WITHOUT ROWID;

CREATE TABLE resumes (  -- each `controller resume` of the run that found something to do
  position INTEGER PRIMARY KEY NOT NULL,
  at_wall_ns INTEGER NOT NULL,
  note TEXT NOT NULL                 -- a sentence: what it found and did
);

CREATE TABLE engines (  -- what the preflight learned of each; empty without one
  position INTEGER PRIMARY KEY NOT NULL,  -- in the order in which they were asked
  engine TEXT NOT NULL,              -- its label in reports
  facts TEXT NOT NULL                -- JSON: type, url, version, models, limits, warnings, ...
);

CREATE TABLE cases (
  case_id INTEGER PRIMARY KEY NOT NULL,  -- position in the run, from 0
  name TEXT NOT NULL,
  state TEXT NOT NULL,               -- running; ended; interrupted: its controller died, and
                                     -- `controller resume` closed it
  attempt INTEGER NOT NULL,          -- 1; `controller resume --rerun` makes 2, 3, ...
  supersedes INTEGER,                -- case_id of the attempt that this one repeats; NULL: none
  superseded_by INTEGER,             -- case_id of the attempt that counts instead; NULL: this one
  spec TEXT NOT NULL,                -- the case as asked for, JSON; header values are not stored
  planned INTEGER NOT NULL,          -- measured requests that the plan asked for
  warmup_planned INTEGER NOT NULL,
  start_ns INTEGER,                  -- the common start, since the run's start; NULL: none yet
  finished_ns INTEGER NOT NULL,
  window_start_ns INTEGER,           -- of a case with a duration: the window [start, end);
  window_end_ns INTEGER,             -- NULL: it follows from the requests
  dataset_items INTEGER NOT NULL,
  dataset_filtered INTEGER NOT NULL,     -- left out by the prompt length limits
  dataset_skipped_bad INTEGER NOT NULL,  -- malformed lines
  dataset_first_bad TEXT NOT NULL,
  repeated_prompt_share REAL NOT NULL,   -- of measured requests: prompt sent to this engine before
  incomplete_reasons TEXT NOT NULL,  -- JSON array of sentences; [] when the case ran whole
  first_send_skew_ns INTEGER,        -- between the agents' first sends; NULL: fewer than two sent
  first_send_skew_bound_ns INTEGER NOT NULL -- the clocks' part in it is at most this
);

CREATE TABLE handed (  -- committed before a request is handed out, some of them at a time
  case_id INTEGER PRIMARY KEY NOT NULL,
  below INTEGER NOT NULL             -- no request_index from this one on was handed to an agent
);

CREATE TABLE case_agents (
  case_id INTEGER NOT NULL,
  position INTEGER NOT NULL,         -- order in the report
  name TEXT NOT NULL,                -- "host:port" or "embedded"
  hostname TEXT NOT NULL,
  version TEXT NOT NULL,
  load_threads INTEGER NOT NULL,
  concurrency INTEGER NOT NULL,      -- its share at the start
  engine_address TEXT NOT NULL,      -- the address it connected to
  clock_offset_ns INTEGER NOT NULL,  -- its clock minus the controller's, taken out of stamps
  clock_bound_ns INTEGER NOT NULL,   -- how far that offset may be off
  new_connections INTEGER NOT NULL,
  reused_connections INTEGER NOT NULL,
  busy_share_max REAL NOT NULL,      -- busiest second of its busiest load thread, 0..1
  cpu_seconds REAL NOT NULL,
  starved_slot_ns INTEGER NOT NULL,  -- slot time without work although work was left
  loop_lag_ns BLOB NOT NULL,         -- histogram, common/stats/log_histogram.h: every read
  kernel_lag_ns BLOB NOT NULL,       -- the same, by the kernel's receive stamps: a sample of reads
  timer_lag_ns BLOB NOT NULL,        -- how late a tick of 20 ms was served
  clock_step_ns INTEGER NOT NULL,    -- largest step of its wall clock during the case; 0: none
  clock_rate_error REAL NOT NULL,    -- |rate of CLOCK_MONOTONIC / CLOCK_MONOTONIC_RAW - 1|
  lost INTEGER NOT NULL,             -- 1: it vanished during the case
  lost_reason TEXT NOT NULL,
  clock_round_trip_ns INTEGER NOT NULL, -- the shortest seen
  clock_drift_ppm REAL,              -- its clock's rate against the controller's; + is faster;
                                     -- NULL: too short to tell
  weight REAL NOT NULL,              -- as the scenario has it
  suspected_count INTEGER NOT NULL,  -- how often it fell silent during the case
  suspected_ns INTEGER NOT NULL,     -- and for how long, all together
  first_send_ns INTEGER,             -- its first dispatch, since the run's start; NULL: none
  lost_requests INTEGER NOT NULL,    -- that it had been handed and did not report
  instance_id TEXT NOT NULL,         -- of its process, new with each start
  epoch INTEGER NOT NULL,            -- of its attachment to the run
  reported INTEGER NOT NULL,         -- 1: it told the end of the case, and all records are here
  PRIMARY KEY (case_id, position)
) WITHOUT ROWID;

CREATE TABLE batches (  -- what was received from the agents; a resent batch is known by its id
  agent TEXT NOT NULL,
  instance_id TEXT NOT NULL,         -- of the agent's process, new with each start
  epoch INTEGER NOT NULL,            -- of its attachment to the run
  sequence INTEGER NOT NULL,         -- 1, 2, ... within the epoch
  case_id INTEGER NOT NULL,
  records INTEGER NOT NULL,
  collected INTEGER NOT NULL,        -- 1: out of the agent's spool, by `controller resume`
  PRIMARY KEY (agent, instance_id, epoch, sequence)
) WITHOUT ROWID;

CREATE TABLE requests (
  -- One row per request. *_ns: since the run's start on the common time line; NULL: never happened.
  case_id INTEGER NOT NULL,
  request_index INTEGER NOT NULL,    -- position in the case's plan, warm-up included
  request_id TEXT NOT NULL,          -- what header x-request-id said
  agent TEXT NOT NULL,               -- that reported it, or lost it; '': none had it
  reported INTEGER NOT NULL,         -- 1: the agent's record; 0: none came, the controller says so
  phase TEXT NOT NULL,               -- warmup, measure
  status TEXT NOT NULL,              -- ok, failed, cancelled, not_sent, lost
  error_class TEXT,                  -- NULL: none
  http_status INTEGER,               -- NULL: no status line arrived
  finish_reason TEXT,                -- stop length tool_calls filter abort error other
  flags INTEGER NOT NULL,            -- sum of: 1 new connection, 2 stale connection,
                                     -- 4 no terminator, 8 no final blank line,
                                     -- 16 first chunk assumed, 32 both ends in one read,
                                     -- 64 invalid UTF-8, 128 late events, 256 not streamed,
                                     -- 512 open loop, 1024 not sent: too many in flight,
                                     -- 2048 a result instead of text,
                                     -- 4096 text too long to be counted
  intended_ns INTEGER,               -- when it was due (closed loop: its slot became free)
  dispatched_ns INTEGER,             -- when the agent took it up
  start_ns INTEGER,                  -- where latencies begin: dispatched_ns; open loop: intended_ns
  connect_begin_ns INTEGER,          -- its connection: began to connect, mostly before the request
  connect_ns INTEGER,                -- TCP connection established; these NULL on a reused one
  tls_ns INTEGER,                    -- TLS handshake done
  sent_ns INTEGER,                   -- first write of the request
  headers_ns INTEGER,                -- response headers complete
  first_event_ns INTEGER,            -- first event of any kind
  first_token_ns INTEGER,            -- first event with non-empty generated text
  first_content_ns INTEGER,          -- first token that is not reasoning
  last_token_ns INTEGER,
  done_ns INTEGER,                   -- end of the answer, or of the attempt
  first_token_lag_ns INTEGER,        -- a duration: socket ready to bytes read, for the first token
  input_tokens INTEGER,              -- token counts: NULL where there is none
  output_tokens INTEGER,
  reasoning_tokens INTEGER,
  cached_tokens INTEGER,
  first_chunk_tokens INTEGER,        -- output tokens in the first token-bearing event
  input_token_source TEXT NOT NULL,  -- of input_tokens: none usage tokenizer
  token_source TEXT NOT NULL,        -- of output_tokens: none usage tokenizer chunks
  usage_input_tokens INTEGER,        -- what the engine reported
  usage_output_tokens INTEGER,
  tokenizer_input_tokens INTEGER,    -- what the tokenizer counted, where it was asked
  tokenizer_output_tokens INTEGER,
  token_events INTEGER NOT NULL,     -- events that carried text
  received_bytes INTEGER NOT NULL,
  error_message TEXT,                -- first 512 bytes
  gaps BLOB,                         -- gaps between token-bearing events, in order:
                                     -- unsigned LEB128 varints of (gap_ns << 1) | same_read;
                                     -- same_read = 1: both events came in one read; they add
                                     -- up to last_token_ns - first_token_ns
  PRIMARY KEY (case_id, request_index)
) WITHOUT ROWID;

CREATE TABLE answers (  -- what the engine answered, of cases with `keep_answers: true`
  case_id INTEGER NOT NULL,
  request_index INTEGER NOT NULL,
  position INTEGER NOT NULL,         -- 0, 1, ...: an answer is its rows, in this order
  channel TEXT NOT NULL,             -- content reasoning refusal tool
  text BLOB NOT NULL,                -- as the engine sent it: UTF-8, unless it sent something else
  PRIMARY KEY (case_id, request_index, position)
);
)sql";

}  // namespace monsoon
