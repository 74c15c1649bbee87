#include "controller/io/run/case_driver.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/core/tokens/token_counting.h"
#include "controller/io/run/end_facts.h"

namespace monsoon {
namespace {

constexpr int64_t kTickNs = 50 * kNsPerMs;

CaseOrder MakeOrder(const RunContext& context, const CaseSpec& spec, const Secret& api_key,
                    WorkSource* source) {
  CaseOrder order{.agent_case = MakeAgentCase(context.run_id, spec, api_key),
                  .source = source,
                  .on_agent_loss = context.on_agent_loss,
                  .lease_ns = context.lease_ns,
                  .max_start_skew_ns = context.max_start_skew_ns};
  if (const auto window = WindowOf(spec, context.seed)) {
    order.cancel_after_ns = window->end_ns + spec.grace_ns;
  }
  return order;
}

}  // namespace

AgentCase MakeAgentCase(const std::string& run_id, const CaseSpec& spec, const Secret& api_key) {
  AgentCase agent_case;
  agent_case.run_id = run_id;
  agent_case.case_index = spec.index;
  agent_case.model = spec.model.name;
  agent_case.engine = {.type = spec.engine.type,
                       .url = spec.engine.url,
                       .headers = spec.engine.headers,
                       .api_key = api_key,
                       .extra_body_json = spec.engine.extra_body_json,
                       .route = spec.engine.route,
                       .prompt_template = spec.engine.prompt_template,
                       .system_prompt = spec.engine.system_prompt,
                       .custom = spec.engine.custom};
  agent_case.sampling = spec.sampling;
  agent_case.timeouts = spec.timeouts;
  agent_case.concurrency = spec.load.open() ? spec.load.max_in_flight : spec.concurrency;
  if (spec.load.open()) agent_case.open_loop = OpenLoop{spec.load.rate.per_s()};
  agent_case.cache_bust = spec.dataset.cache_bust;
  agent_case.max_event_bytes = spec.max_event_bytes;
  agent_case.keep_text = KeepTextFor(spec);
  return agent_case;
}

CaseDriver::CaseDriver(const RunContext& context, const CaseSpec& spec, const Secret& api_key,
                       Dataset* dataset, RequestPlan plan, const Tokenizer* tokenizer,
                       CaseAttempt attempt)
    : context_(context),
      spec_(spec),
      dataset_(*dataset),
      plan_(plan),
      tokenizer_(tokenizer),
      window_(WindowOf(spec, context.seed)),
      attempt_(attempt),
      mark_(context.db, spec.index, static_cast<uint64_t>(plan.total())),
      source_(dataset, plan, context.repeats, ScheduleOf(spec, context.seed), &mark_),
      coordinator_(MakeOrder(context, spec, api_key, &source_), context.fleet->agents()) {
  if (auto schedule = ScheduleOf(spec, context.seed)) {
    last_due_ns_ = schedule->At(static_cast<uint64_t>(plan.total() - 1));
  }
}

absl::Status CaseDriver::Run() {
  context_.display->Say(absl::StrFormat("[%d/%d] %s: %d requests, %s", spec_.index + 1,
                                        context_.case_count, spec_.name, spec_.requests,
                                        LoadSentence(spec_.load, spec_.concurrency)));
  context_.repeats->BeginCase(spec_.engine.name, spec_.engine.url, spec_.dataset.cache_bust);
  BeginCounting();
  absl::Status lost = WriteRunning();
  if (lost.ok()) lost = Drive();
  if (context_.counter != nullptr) context_.counter->EndCase();
  if (!lost.ok()) {
    coordinator_.Interrupt(StopMode::kCancel, std::string(lost.message()));
    // It has not ended: the agents keep what is missing for `controller resume`. The disk may be
    // full: what can still be written says so in the report.
    WriteRunning().IgnoreError();
    return lost;
  }
  if (coordinator_.start_ns()) {
    context_.display->Finish(ProgressLine(context_.clock->MonotonicNs()));
  }
  RETURN_IF_ERROR(WriteDown());
  return coordinator_.rejection();
}

void CaseDriver::BeginCounting() {
  if (context_.counter == nullptr || CountedTextOf(spec_) == KeepText::kNone) return;
  context_.counter->BeginCase({.run_id = context_.run_id,
                               .spec = &spec_,
                               .tokenizer = tokenizer_,
                               .dataset = &dataset_,
                               .plan = plan_});
}

absl::Status CaseDriver::Skip(const std::string& reason) {
  context_.repeats->BeginCase(spec_.engine.name, spec_.engine.url, spec_.dataset.cache_bust);
  coordinator_.Interrupt(StopMode::kCancel, reason);
  return WriteDown();
}

absl::Status CaseDriver::WriteDown() {
  absl::Status written = WriteUnsent();
  if (written.ok()) written = context_.db->WriteCase(MakeFacts(CaseState::kEnded));
  return written.ok() ? written : absl::DataLossError(written.message());
}

absl::Status CaseDriver::WriteRunning() {
  CaseFacts facts = MakeFacts(CaseState::kRunning);
  if (!coordinator_.start_ns()) facts.start_ns = kNever;
  const absl::Status written = context_.db->WriteCase(facts);
  return written.ok() ? written : absl::DataLossError(written.message());
}

absl::Status CaseDriver::NoteStart() {
  if (start_noted_ || !coordinator_.start_ns()) return absl::OkStatus();
  start_noted_ = true;
  context_.keeper->Place(spec_.index, ShiftNs());
  return WriteRunning();
}

absl::Status CaseDriver::Drive() {
  // A rejection at once is no reason to write nothing: the facts say why.
  coordinator_.Begin(context_.clock->MonotonicNs()).IgnoreError();
  for (const std::string& warning : coordinator_.warnings()) context_.display->Say(warning);
  while (!coordinator_.ended()) {
    const std::optional<AgentEvent> event = context_.fleet->Next(kTickNs);
    if (event) {
      RETURN_IF_ERROR(Store(*event));
      coordinator_.Handle(*event, context_.clock->MonotonicNs());
    }
    HandleSignals();
    coordinator_.Tick(context_.clock->MonotonicNs());
    RETURN_IF_ERROR(NoteStart());
    Show(context_.clock->MonotonicNs());
  }
  return absl::OkStatus();
}

absl::Status CaseDriver::Store(const AgentEvent& event) {
  const auto* batch = std::get_if<RecordsEvent>(&event.body);
  if (batch == nullptr) return absl::OkStatus();
  RETURN_IF_ERROR(NoteStart());
  // Those of an earlier case go there: they came late.
  const AgentInfo& info = context_.fleet->agents()[event.agent]->link->info();
  const absl::Status stored = context_.keeper->Keep(info, *batch);
  if (!stored.ok()) return absl::DataLossError(stored.message());
  if (batch->case_index != spec_.index) return absl::OkStatus();
  for (const RequestRecord& record : batch->records) live_.Add(record);
  return absl::OkStatus();
}

void CaseDriver::HandleSignals() {
  const int count = context_.signals->count();
  if (count == signals_seen_) return;
  signals_seen_ = count;
  const StopMode mode = count >= 2 ? StopMode::kCancel : StopMode::kDrain;
  context_.display->Say(mode == StopMode::kDrain
                            ? "interrupted: finishing what is in flight (once more to break it off)"
                            : "interrupted again: breaking off what is in flight");
  coordinator_.Interrupt(mode, "the run was interrupted by a signal");
}

void CaseDriver::Show(int64_t now_ns) {
  if (!coordinator_.start_ns() || now_ns < *coordinator_.start_ns()) return;
  if (context_.display->Due(now_ns)) context_.display->Update(ProgressLine(now_ns), now_ns);
}

std::string CaseDriver::ProgressLine(int64_t now_ns) const {
  const CaseCoordinator::Totals totals = coordinator_.totals();
  LiveProgress progress{
      .total = totals.total, .done = totals.finished, .in_flight = totals.in_flight};
  if (coordinator_.start_ns()) progress.elapsed_s = ToSeconds(now_ns - *coordinator_.start_ns());
  if (spec_.load.open()) {
    progress.asked_per_s = spec_.load.rate.per_s();
    progress.started = totals.started;
    progress.sending_s = std::min(progress.elapsed_s, ToSeconds(last_due_ns_));
  }
  return live_.Line(progress);
}

int64_t CaseDriver::ShiftNs() const {
  return coordinator_.start_ns().value_or(context_.run_start_ns) - context_.run_start_ns;
}

UnreportedCase CaseDriver::Unreported() const {
  return {.case_index = spec_.index,
          .plan = plan_,
          .schedule = ScheduleOf(spec_, context_.seed),
          .request_id_prefix = context_.keeper->RequestIdPrefix(spec_.index),
          .started = coordinator_.start_ns().has_value(),
          .start_ns = ShiftNs()};
}

absl::Status CaseDriver::WriteUnsent() {
  const UnreportedCase where = Unreported();
  const std::vector<AgentState>& agents = coordinator_.agents();
  for (size_t i = 0; i < agents.size(); ++i) {
    const AgentInfo& info = agents[i].link->info();
    const RequestStatus status =
        coordinator_.MayHaveBegun(i) ? RequestStatus::kLost : RequestStatus::kNotSent;
    RETURN_IF_ERROR(WriteUnreported(where, info.name, status,
                                    MakeRanges(coordinator_.LostRequests(i)), *context_.db));
  }
  return WriteUnreported(where, "", RequestStatus::kNotSent, coordinator_.NotSentRequests(),
                         *context_.db);
}

CaseFacts CaseDriver::MakeFacts(CaseState state) const {
  CaseFacts facts;
  facts.spec = spec_;
  facts.state = state;
  facts.attempt = attempt_.number;
  facts.supersedes = attempt_.supersedes;
  facts.planned = spec_.requests;
  facts.warmup_planned = spec_.warmup;
  facts.start_ns = ShiftNs();
  if (window_) {
    facts.window_start_ns = facts.start_ns + window_->start_ns;
    facts.window_end_ns = facts.start_ns + window_->end_ns;
  }
  facts.finished_ns = context_.clock->MonotonicNs() - context_.run_start_ns;
  facts.dataset_items = dataset_.size();
  facts.dataset_filtered = dataset_.stats().filtered;
  facts.dataset_skipped_bad = dataset_.stats().skipped_bad;
  facts.dataset_first_bad = dataset_.stats().first_bad;
  facts.repeated_prompt_share = context_.repeats->RepeatedShare();
  facts.incomplete_reasons = coordinator_.incomplete_reasons();
  if (!coordinator_.rejection().ok()) {
    facts.incomplete_reasons.emplace_back(coordinator_.rejection().message());
  }
  for (const AgentState& agent : coordinator_.agents()) {
    if (!agent.absent) facts.agents.push_back(MakeAgentFacts(agent));
  }
  facts.first_send_skew_ns = coordinator_.first_send_skew_ns();
  facts.first_send_skew_bound_ns = coordinator_.first_send_skew_bound_ns();
  return facts;
}

AgentFacts CaseDriver::MakeAgentFacts(const AgentState& agent) const {
  const AgentInfo& info = agent.link->info();
  AgentFacts facts;
  facts.name = info.name;
  facts.hostname = info.hostname;
  facts.version = info.version;
  facts.load_threads = info.load_threads;
  facts.concurrency = agent.start_share;
  facts.weight = agent.run->weight;
  facts.engine_address = agent.engine_address;
  if (agent.clock.fixed()) {
    facts.clock_offset_ns = agent.clock.offset_ns();
    facts.clock_bound_ns = agent.clock.bound_ns();
    facts.clock_round_trip_ns = agent.clock.round_trip_ns();
    if (agent.clock.drift().useful()) facts.clock_drift_ppm = agent.clock.drift().ppm;
  }
  facts.suspected_count = agent.suspected_count;
  facts.suspected_ns = agent.suspected_ns;
  if (agent.first_send.known()) facts.first_send_ns = ShiftNs() + agent.first_send.dispatched_ns();
  if (agent.lost && coordinator_.start_ns()) {
    facts.lost_requests = static_cast<int64_t>(agent.unreported.size());
  }
  facts.starved_slot_ns = agent.progress.starved_slot_ns;
  facts.lost = agent.lost;
  facts.lost_reason = agent.lost_reason;
  facts.instance_id = info.instance_id;
  facts.epoch = info.epoch;
  facts.reported = agent.complete();
  if (agent.facts) {
    TakeEnd(*agent.facts, facts);
  }
  return facts;
}

}  // namespace monsoon
