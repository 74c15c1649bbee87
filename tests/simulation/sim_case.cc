#include "tests/simulation/sim_case.h"

#include <algorithm>
#include <utility>

#include "agent/core/load/open_loop_gate.h"

namespace monsoon {

SimCase::SimCase(AgentCase agent_case, SimProcess* process, SimEngine* engine, std::string instance,
                 int64_t lease_until_ns, const SimFlaws& flaws,
                 std::function<void(RequestRecord)> record)
    : case_(std::move(agent_case)),
      process_(*process),
      engine_(*engine),
      instance_(std::move(instance)),
      flaws_(flaws),
      record_(std::move(record)) {
  control_.RenewLease(process_.clock_ns(), lease_until_ns);
}

bool SimCase::MaySend() {
  if (flaws_.ignores_lease) return control_.mode() == LoadMode::kRun;
  return control_.CheckLease(process_.clock_ns()) && control_.mode() == LoadMode::kRun;
}

void SimCase::Start(int64_t start_at_ns) {
  start_ns_ = start_at_ns;
  process_.AtClock(start_at_ns, [self = shared_from_this()] { self->Dispatch(); });
  for (const WorkEntry& entry : queue_) Schedule(entry);
}

void SimCase::Take(const std::vector<WorkEntry>& entries) {
  for (const WorkEntry& entry : entries) {
    ++received_;
    queue_.push_back(entry);
    Schedule(entry);
  }
  Dispatch();
}

void SimCase::Schedule(const WorkEntry& entry) {
  if (!case_.open_loop || start_ns_ == CaseControl::kNotStarted) return;
  process_.AtClock(start_ns_ + entry.intended_ns,
                   [self = shared_from_this(), index = entry.request_index] { self->Due(index); });
}

void SimCase::Dispatch() {
  if (case_.open_loop || process_.clock_ns() < start_ns_) return;
  while (static_cast<int64_t>(in_flight_.size()) < case_.concurrency && !queue_.empty() &&
         MaySend()) {
    const uint64_t index = queue_.front().request_index;
    queue_.pop_front();
    Send(index);
  }
}

void SimCase::Due(uint64_t request_index) {
  const auto entry = std::find_if(queue_.begin(), queue_.end(), [&](const WorkEntry& each) {
    return each.request_index == request_index;
  });
  if (entry == queue_.end() || !MaySend()) return;
  const int64_t due_ns = start_ns_ + entry->intended_ns;
  queue_.erase(entry);
  const OpenLoopGate gate(case_.concurrency, case_.open_loop->rate_per_s);
  const Arrival arrival =
      gate.Decide(due_ns, process_.clock_ns(), static_cast<int64_t>(in_flight_.size()));
  if (arrival == Arrival::kSend) return Send(request_index);
  ++started_;
  Finished(request_index, RequestStatus::kNotSent, kFlagScheduled | kFlagOverLimit);
}

void SimCase::Send(uint64_t request_index) {
  ++started_;
  // The answer reaches the process as a message does: a stopped one reads it later.
  in_flight_[request_index] = engine_.Send(
      case_.case_index, request_index, instance_,
      process_.Guard(SimProcess::Kind::kMessage, [self = shared_from_this(), request_index] {
        self->Answered(request_index);
      }));
}

void SimCase::Answered(uint64_t request_index) {
  if (in_flight_.erase(request_index) == 0) return;
  Finished(request_index, RequestStatus::kOk);
  Dispatch();
}

void SimCase::Finished(uint64_t request_index, RequestStatus status, uint32_t flags) {
  ++finished_;
  RequestRecord record;
  record.request_index = request_index;
  record.status = status;
  record.flags = flags;
  record_(std::move(record));
}

std::vector<uint64_t> SimCase::GiveBack(uint64_t count) {
  std::vector<uint64_t> indices;
  while (indices.size() < count && !queue_.empty()) {
    indices.push_back(queue_.front().request_index);
    queue_.pop_front();
  }
  return indices;
}

void SimCase::Resize(int64_t concurrency) {
  case_.concurrency = std::max(case_.concurrency, concurrency);
  Dispatch();
}

void SimCase::Stop(StopMode mode) {
  control_.SetMode(mode == StopMode::kDrain ? LoadMode::kDrain : LoadMode::kCancel);
  control_.NoMoreWork();
}

void SimCase::Settle() {
  if (control_.mode() == LoadMode::kRun) return;
  for (const WorkEntry& entry : std::exchange(queue_, {})) {
    ++started_;
    Finished(entry.request_index, RequestStatus::kNotSent);
  }
  if (control_.mode() != LoadMode::kCancel) return;
  for (const auto& [index, line] : std::exchange(in_flight_, {})) {
    engine_.BreakOff(line);
    Finished(index, RequestStatus::kCancelled);
  }
}

bool SimCase::Turn() {
  if (!flaws_.ignores_lease && !control_.CheckLease(process_.clock_ns())) {
    gave_up_ = true;
    control_.NoMoreWork();
  }
  Settle();
  return control_.no_more_work() && queue_.empty() && in_flight_.empty();
}

ProgressEvent SimCase::progress() const {
  return {.case_index = case_.case_index,
          .received = received_,
          .started = started_,
          .finished = finished_,
          .queued = queued(),
          .in_flight = static_cast<int64_t>(in_flight_.size())};
}

}  // namespace monsoon
