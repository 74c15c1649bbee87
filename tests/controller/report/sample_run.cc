#include "tests/controller/report/sample_run.h"

#include <algorithm>

#include "common/model/gap_codec.h"
#include "common/time/clock.h"
#include "controller/core/report/case_accumulator.h"
#include "tests/controller/calibrate/sample_calibration.h"

namespace monsoon {
namespace {

// Well spread values of [0, size): the usual 64-bit mixing constants.
int64_t Spread(uint64_t index, uint64_t salt, int64_t size) {
  uint64_t x = (index + 1) * 0x9e3779b97f4a7c15u + salt * 0xbf58476d1ce4e5b9u;
  x ^= x >> 31;
  x *= 0x94d049bb133111ebu;
  x ^= x >> 29;
  return static_cast<int64_t>(x % static_cast<uint64_t>(size));
}

CaseSpec Spec(int32_t index, const std::string& dataset, const std::string& engine_type,
              const std::string& engine, int64_t concurrency, int64_t requests) {
  CaseSpec spec;
  spec.index = index;
  spec.model.name = "Qwen2-72B-Instruct";
  spec.dataset.name = dataset;
  spec.engine.type = engine_type;
  spec.engine.route = "chat";
  spec.engine.name = engine;
  spec.engine.url = "http://gpu1:8000/v1/chat/completions";
  spec.concurrency = concurrency;
  spec.requests = requests;
  spec.name = "Qwen2-72B-Instruct/" + dataset + "/c" + std::to_string(concurrency) + "/" + engine;
  spec.gates = {{"error_rate <= 1%", "error_rate", GateOp::kLessEqual, 0.01},
                {"ttft_s.p99 < 500ms", "ttft_s.p99", GateOp::kLess, 0.5}};
  return spec;
}

AgentFacts Agent(const std::string& name, int64_t concurrency, uint64_t salt) {
  AgentFacts agent;
  agent.name = name;
  agent.hostname = name.substr(0, name.find(':'));
  agent.version = "0.1.0";
  agent.load_threads = 2;
  agent.concurrency = concurrency;
  agent.engine_address = "10.20.0.7:8000";
  agent.clock_offset_ns = 1'234'567 - 700'000 * static_cast<int64_t>(salt);
  agent.clock_bound_ns = 84'000;
  agent.clock_round_trip_ns = 168'000;
  agent.clock_drift_ppm = 1.5 - 4 * static_cast<double>(salt);
  agent.weight = 1;
  agent.first_send_ns = 12'000 + 31'000 * static_cast<int64_t>(salt);
  agent.reported = true;
  agent.new_connections = concurrency;
  agent.reused_connections = 236;
  agent.busy_share_max = 0.1375 + 0.05 * static_cast<double>(salt);
  agent.cpu_seconds = 1.875;
  agent.starved_slot_ns = 4 * kNsPerMs;
  agent.clock_step_ns = salt == 0 ? 0 : 2 * kNsPerS;
  agent.clock_rate_error = 12e-6;
  for (uint64_t i = 0; i < 20'000; ++i) {
    if (i % 16 == 0) agent.kernel_lag_ns.Add(6'000 + Spread(i, salt, 25'000));
    if (i % 100 == 0) agent.timer_lag_ns.Add(30'000 + Spread(i, salt, 60'000));
    agent.loop_lag_ns.Add(9'000 + Spread(i, salt, 30'000) + (i % 97 == 0 ? 210'000 : 0));
  }
  return agent;
}

// A closed loop of spec.concurrency slots, each taking the next request when its last one is done.
std::vector<RequestRecord> ClosedLoop(const CaseSpec& spec, int64_t base_ttft_ns, int64_t gap_ns) {
  std::vector<int64_t> slots(static_cast<size_t>(spec.concurrency), 0);
  std::vector<RequestRecord> records;
  for (uint64_t i = 0; i < static_cast<uint64_t>(spec.requests); ++i) {
    const auto slot = std::min_element(slots.begin(), slots.end());
    const int64_t start_ns = *slot + 12'000 + Spread(i, 1, 40'000);
    const int64_t ttft_ns = base_ttft_ns + Spread(i, 2, base_ttft_ns);
    const int64_t tokens = 32 + Spread(i, 3, 96);
    RequestRecord record =
        StreamedRecord(i, start_ns, ttft_ns, gap_ns + Spread(i, 4, gap_ns / 8), tokens);
    record.intended_ns = *slot;
    if (i < slots.size()) {
      record.flags |= kFlagNewConnection;
      record.connect_begin_ns = start_ns;
      record.connect_ns = start_ns + 180'000 + Spread(i, 5, 90'000);
    }
    *slot = record.done_ns;
    records.push_back(record);
  }
  return records;
}

void Fail(ErrorClass error_class, int32_t http_status, const std::string& message,
          RequestRecord& record) {
  record.status = RequestStatus::kFailed;
  record.error_class = error_class;
  record.http_status = http_status;
  record.error_message = message;
  record.finish_reason.clear();
  record.gaps.clear();
  record.first_event_ns = record.first_token_ns = record.first_content_ns = kNever;
  record.last_token_ns = record.first_token_lag_ns = kNever;
  record.input_tokens = record.output_tokens = record.cached_tokens = kUnknownTokens;
  record.usage_input_tokens = record.usage_output_tokens = kUnknownTokens;
  record.input_token_source = TokenSource::kNone;
  record.first_chunk_tokens = kUnknownTokens;
  record.token_source = TokenSource::kNone;
  record.token_events = 0;
}

SampleCase ValidCase() {
  SampleCase sample;
  sample.facts.spec = Spec(0, "open_qa 开放问答", "vllm", "vllm", 16, 480);
  sample.facts.planned = 480;
  sample.facts.dataset_items = 3293;
  sample.facts.dataset_filtered = 41;
  sample.facts.repeated_prompt_share = 0.0375;
  sample.facts.first_send_skew_ns = 31'000;
  sample.facts.first_send_skew_bound_ns = 168'000;
  sample.facts.agents = {Agent("load1:7070", 8, 0), Agent("load2:7070", 8, 1)};
  sample.records = ClosedLoop(sample.facts.spec, 120 * kNsPerMs, 24 * kNsPerMs);
  return sample;
}

SampleCase FailedCase() {
  SampleCase sample;
  sample.facts.spec = Spec(1, "open_qa 开放问答", "lmdeploy", "LMDeploy 生产", 16, 480);
  sample.facts.planned = 480;
  sample.facts.dataset_items = 3293;
  sample.facts.agents = {Agent("load1:7070", 8, 0), Agent("load2:7070", 8, 1)};
  sample.records = ClosedLoop(sample.facts.spec, 2 * kNsPerMs, 80'000);
  for (RequestRecord& record : sample.records) {
    Fail(ErrorClass::kErrorHttp, 401,
         "{\"error\": \"Please request with a valid <api key>, \"\"Bearer\"\"\"}\r\n", record);
  }
  return sample;
}

SampleCase IncompleteCase() {
  SampleCase sample;
  sample.facts.spec = Spec(2, "LongAlpaca-12k", "vllm", "vllm", 4, 60);
  sample.facts.planned = 60;
  sample.facts.dataset_items = 12'000;
  sample.facts.agents = {Agent("load1:7070", 2, 0), Agent("load2:7070", 2, 1)};
  sample.facts.agents[1].lost = true;
  sample.facts.agents[1].lost_reason = "no heartbeat for 10s";
  sample.facts.agents[1].lost_requests = 2;
  sample.facts.agents[1].suspected_count = 1;
  sample.facts.agents[1].suspected_ns = 7 * kNsPerS;
  sample.facts.agents[1].reported = false;
  sample.facts.agents[1].loop_lag_ns.Clear();
  sample.facts.agents[1].kernel_lag_ns.Clear();
  sample.facts.agents[1].timer_lag_ns.Clear();
  sample.facts.agents[1].clock_step_ns = 0;
  sample.facts.incomplete_reasons = {
      "Agent load2:7070 was lost 9.1 s into the case: no heartbeat for 10s. Look at its log."};
  sample.records = ClosedLoop(sample.facts.spec, 900 * kNsPerMs, 31 * kNsPerMs);
  for (uint64_t i = 0; i < sample.records.size(); ++i) {
    RequestRecord& record = sample.records[i];
    if (i == 7 || i == 30) {
      Fail(ErrorClass::kTimeoutFirst, 0, "no first token within 300s", record);
    }
    if (i >= 52 && i < 54) {
      const RequestRecord lost{.request_index = i, .status = RequestStatus::kLost};
      record = lost;
    }
  }
  return sample;
}

// One request every 50 ms, dispatched some us late, for 10 s; the answers are 1 to 2.5 s long.
SampleCase OpenLoopCase(int32_t index, LoadLaw law, const std::string& label) {
  SampleCase sample;
  CaseSpec& spec = sample.facts.spec;
  spec = Spec(index, "open_qa", "vllm", "vllm", 0, 200);
  spec.load = {.law = law, .rate = *ParseArrivalRate("20/s"), .max_in_flight = 40};
  spec.name = "Qwen2-72B-Instruct/open_qa/" + label + "/vllm";
  sample.facts.planned = 200;
  sample.facts.dataset_items = 3293;
  sample.facts.agents = {Agent("load1:7070", 20, 0), Agent("load2:7070", 20, 1)};
  for (AgentFacts& agent : sample.facts.agents) agent.starved_slot_ns = 0;
  for (uint64_t i = 0; i < 200; ++i) {
    const int64_t due_ns = static_cast<int64_t>(i) * 50 * kNsPerMs;
    const int64_t late_ns = 20'000 + Spread(i, 6, 60'000);
    RequestRecord record =
        StreamedRecord(i, due_ns + late_ns, 100 * kNsPerMs + Spread(i, 7, 50 * kNsPerMs),
                       20 * kNsPerMs, 45 + Spread(i, 8, 70));
    record.intended_ns = due_ns;
    record.flags |= kFlagScheduled;
    sample.records.push_back(std::move(record));
  }
  return sample;
}

SampleCase ConstantCase() {
  SampleCase sample = OpenLoopCase(0, LoadLaw::kConstant, "r20");
  sample.facts.spec.duration_ns = 10 * kNsPerS;
  sample.facts.window_start_ns = 0;
  sample.facts.window_end_ns = 10 * kNsPerS;
  return sample;
}

void Unsend(RequestRecord& record, uint32_t flags) {
  RequestRecord not_sent;
  not_sent.request_index = record.request_index;
  not_sent.intended_ns = record.intended_ns;
  not_sent.flags = kFlagScheduled | flags;
  record = not_sent;
}

SampleCase OverLimitCase() {
  SampleCase sample = OpenLoopCase(1, LoadLaw::kPoisson, "p20");
  for (size_t i = 9; i < sample.records.size(); i += 10) Unsend(sample.records[i], kFlagOverLimit);
  return sample;
}

SampleCase InterruptedCase() {
  SampleCase sample = OpenLoopCase(2, LoadLaw::kConstant, "r20");
  sample.facts.spec.name += " 2";
  sample.facts.incomplete_reasons = {"the run was interrupted by a signal"};
  for (size_t i = 120; i < sample.records.size(); ++i) Unsend(sample.records[i], 0);
  return sample;
}

}  // namespace

RequestRecord StreamedRecord(uint64_t index, int64_t start_ns, int64_t ttft_ns, int64_t gap_ns,
                             int64_t tokens) {
  RequestRecord record;
  record.request_index = index;
  record.status = RequestStatus::kOk;
  record.http_status = 200;
  record.intended_ns = record.dispatched_ns = start_ns;
  record.sent_ns = start_ns + 50'000;
  record.headers_ns = record.first_event_ns = start_ns + ttft_ns / 2;
  record.first_token_ns = record.first_content_ns = start_ns + ttft_ns;
  record.first_token_lag_ns = 15'000;
  record.last_token_ns = record.first_token_ns + (tokens - 1) * gap_ns;
  record.done_ns = record.last_token_ns + 200'000;
  record.input_tokens = 100;
  record.output_tokens = tokens;
  record.first_chunk_tokens = 1;
  record.input_token_source = record.token_source = TokenSource::kUsage;
  record.usage_input_tokens = record.input_tokens;
  record.usage_output_tokens = record.output_tokens;
  record.token_events = tokens;
  record.received_bytes = 180 * tokens;
  record.finish_reason = "stop";
  for (int64_t i = 1; i < tokens; ++i) AppendGap({gap_ns, false}, record.gaps);
  return record;
}

SampleRun MakeSampleRun() {
  SampleRun sample;
  sample.run.run_id = "20261122T143308Z-5f3a";
  sample.run.name = "qwen2-72b-shootout";
  sample.run.version = "0.1.0";
  sample.run.started_wall_ns = 1'795'357'988 * kNsPerS;
  sample.run.finished_wall_ns = sample.run.started_wall_ns + 312 * kNsPerS;
  sample.run.seed = 42;
  sample.cases = {ValidCase(), FailedCase(), IncompleteCase()};
  sample.run.calibration = SampleCalibration();
  for (SampleCase& one : sample.cases) one.facts.calibration = sample.run.calibration;
  return sample;
}

SampleRun MakeOpenLoopRun() {
  SampleRun sample;
  sample.run.run_id = "20261122T150000Z-77aa";
  sample.run.name = "qwen2-72b-rates";
  sample.run.version = "0.1.0";
  sample.run.started_wall_ns = 1'795'359'600 * kNsPerS;
  sample.run.finished_wall_ns = sample.run.started_wall_ns + 40 * kNsPerS;
  sample.run.seed = 42;
  sample.cases = {ConstantCase(), OverLimitCase(), InterruptedCase()};
  return sample;
}

std::string SampleAgentOf(const CaseFacts& facts, const RequestRecord& record) {
  if (facts.agents.empty()) return "";
  return facts.agents[record.request_index % facts.agents.size()].name;
}

RunReport SampleReport(const SampleRun& sample) {
  RunReport report{sample.run, {}};
  for (const SampleCase& one : sample.cases) {
    CaseAccumulator accumulator(one.facts);
    do {
      for (const RequestRecord& record : one.records) {
        accumulator.Add(record, SampleAgentOf(one.facts, record));
      }
    } while (!accumulator.EndPass());
    report.cases.push_back(accumulator.Finish());
  }
  return report;
}

}  // namespace monsoon
