#include "agent/io/http/load_loop.h"

#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr int64_t kTickNs = 20 * kNsPerMs;
constexpr size_t kRecordQueueCapacity = 8192;
// One for the whole thread: what a read brings is decoded before the next.
constexpr size_t kReadBufferBytes = 256 * 1024;
// Open loop: connections kept in reserve, as a share of those in use.
constexpr double kOpenLoopHeadroom = 0.125;

void StayOn(int core) {
  if (core < 0) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  // The flags were checked against the cores that there are; where a cpuset forbids one meanwhile,
  // the thread runs elsewhere, which spoils no number.
  pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
}

}  // namespace

absl::StatusOr<std::unique_ptr<LoadLoop>> LoadLoop::Create(const LoadLoopOptions& options) {
  ASSIGN_OR_RETURN(Poller poller, Poller::Create());
  std::unique_ptr<LoadLoop> loop(new LoadLoop(options, std::move(poller)));
  RETURN_IF_ERROR(loop->Init());
  return loop;
}

LoadLoop::LoadLoop(const LoadLoopOptions& options, Poller poller)
    : options_(options),
      poller_(std::move(poller)),
      read_buffer_(kReadBufferBytes),
      records_(kRecordQueueCapacity),
      busy_(options.clock->MonotonicNs()) {}

LoadLoop::~LoadLoop() {
  if (pool_ != nullptr) pool_->StopTopUp();
  exchanges_.clear();
  pool_.reset();
  curl_slist_free_all(resolve_);
}

absl::Status LoadLoop::Init() {
  if (!options_.target->is_literal()) {
    resolve_ = curl_slist_append(resolve_, options_.target->CurlResolveLine().c_str());
  }
  dial_context_ = {.agent_case = options_.agent_case,
                   .policy = options_.policy,
                   .clock = options_.clock,
                   .poller = &poller_,
                   .resolve = resolve_};
  const LoopShare& share = options_.share;
  slots_ = share.slots;
  if (options_.agent_case->open_loop) gate_.emplace(share.slots, share.rate_per_s);
  const int64_t slots = gate_ ? gate_->SlotsReady() : share.slots;
  pool_ = std::make_unique<ConnectionPool>(
      &dial_context_, PoolPlan(slots, share.spares, gate_ ? kOpenLoopHeadroom : 0));
  RETURN_IF_ERROR(pool_->Init());

  context_ = {.agent_case = options_.agent_case,
              .adapter = options_.adapter,
              .head = options_.head,
              .scratch = &scratch_,
              .clock = options_.clock,
              .control = options_.control,
              .pool = pool_.get(),
              .poller = &poller_,
              .lag = &lag_,
              .read_buffer = read_buffer_,
              .ended = &ended_};
  for (int64_t i = 0; i < slots; ++i) AddSlot();
  return absl::OkStatus();
}

void LoadLoop::AddSlot() {
  exchanges_.push_back(std::make_unique<Exchange>(&context_));
  free_.push_back({.exchange = exchanges_.back().get(), .fresh = true});
  ended_.reserve(exchanges_.capacity());
}

void LoadLoop::Grow(const LoopShare& share) {
  {
    absl::MutexLock lock(&growth_mutex_);
    grown_ = share;
  }
  growing_.store(true, std::memory_order_release);
  Wake();
}

void LoadLoop::TakeUpGrowth() {
  if (!growing_.load(std::memory_order_relaxed)) return;
  growing_.exchange(false, std::memory_order_seq_cst);
  LoopShare share;
  {
    absl::MutexLock lock(&growth_mutex_);
    share = grown_;
  }
  if (gate_) {
    gate_->Grow(share.slots, share.rate_per_s);
    pool_->Grow(gate_->SlotsReady(), share.spares);
  } else {
    pool_->Grow(share.slots, share.spares);
    const int64_t now_ns = options_.clock->MonotonicNs();
    for (int64_t i = slots_; i < share.slots; ++i) {
      AddSlot();
      free_.back().since_ns = now_ns;
    }
  }
  slots_ = std::max(slots_, share.slots);
}

void LoadLoop::Run() {
  Enter();
  WaitForStart();
  const int64_t now_ns = options_.clock->MonotonicNs();
  lag_.Start(now_ns);
  busy_ = BusyMeter(now_ns);
  Dispatch();
  Reap();
  while (!Finished()) Turn();
  if (arrival_ != nullptr) RefuseArrival(0);
  const int64_t end_ns = options_.clock->MonotonicNs();
  busy_.Waited(end_ns, end_ns);
  facts_.busy_share_max = busy_.max_share();
  facts_.loop_lag_ns = lag_.loop_lag_ns();
  facts_.kernel_lag_ns = lag_.kernel_lag_ns();
  facts_.timer_lag_ns = lag_.timer_lag_ns();
  facts_.clock_step_ns = clock_watch_.max_step_ns();
  facts_.clock_rate_error = clock_watch_.rate_error();
}

void LoadLoop::Enter() {
  pthread_setname_np(pthread_self(), "load");
  prctl(PR_SET_TIMERSLACK, 1UL);
  StayOn(options_.core);
  LookAtClocks();
  run_delay_ = std::make_unique<RunDelay>();
  poller_.ArmTick(options_.clock->MonotonicNs() + kTickNs, kTickNs);
  pool_->StartTopUp();
  ReportReadyOnce();
}

void LoadLoop::ReportReadyOnce() {
  if (ready_reported_ || !pool_->settled()) return;
  ready_reported_ = true;
  options_.on_ready();
}

void LoadLoop::WaitForStart() {
  int64_t armed_ns = 0;
  for (;;) {
    TakeUpGrowth();
    const int64_t start_ns = options_.control->start_ns();
    if (options_.control->mode() != LoadMode::kRun) break;
    if (start_ns != CaseControl::kNotStarted && options_.clock->MonotonicNs() >= start_ns) break;
    if (start_ns != armed_ns && start_ns != CaseControl::kNotStarted) {
      poller_.ArmTimer(start_ns);
      armed_ns = start_ns;
    }
    const Poller::Ready ready = poller_.Wait(true);
    ServeSockets(ready.sockets);
    if (ready.tick) pool_->Tick(options_.clock->MonotonicNs());
    pool_->Bury();
    ReportReadyOnce();
  }
  const int64_t start_ns = options_.control->start_ns();
  context_.case_start_ns =
      start_ns == CaseControl::kNotStarted ? options_.clock->MonotonicNs() : start_ns;
  for (FreeSlot& slot : free_) slot.since_ns = context_.case_start_ns;
}

void LoadLoop::Turn() {
  const Poller::Ready ready = Look();
  TakeUpGrowth();
  if (!options_.control->CheckLease(options_.clock->MonotonicNs())) CancelAll();
  ServeSockets(ready.sockets);
  busy_.Lost(lag_.TakeWakeDelay());
  if (ready.tick) ServeTick(ready.tick_due_ns);
  if (options_.control->mode() == LoadMode::kCancel) CancelAll();
  Reap();
  Dispatch();
  Reap();
  pool_->Bury();
}

Poller::Ready LoadLoop::Look() {
  Poller::Ready ready = poller_.Wait(false);
  int64_t now_ns = options_.clock->MonotonicNs();
  if (ready.any() || more_to_send_ || ArrivalIsNear(now_ns)) {
    lag_.Looked(now_ns, ready.complete);
  } else {
    const int64_t wait_start_ns = now_ns;
    ready = poller_.Wait(true);
    now_ns = options_.clock->MonotonicNs();
    busy_.Waited(wait_start_ns, now_ns);
    lag_.Woke(now_ns, run_delay_->TakeNs());
  }
  busy_.Waited(now_ns, now_ns);
  return ready;
}

void LoadLoop::ServeSockets(std::span<const epoll_event> sockets) {
  const auto handler = [&sockets](size_t i) {
    return static_cast<SocketHandler*>(sockets[i].data.ptr);
  };
  for (size_t i = 0; i < sockets.size(); ++i) {
    if (i + 12 < sockets.size()) __builtin_prefetch(handler(i + 12));
    if (i + 8 < sockets.size()) handler(i + 8)->Prefetch(1);
    if (i + 4 < sockets.size()) handler(i + 4)->Prefetch(2);
    handler(i)->OnReady(sockets[i].events);
    // At once, not after the other sockets: a slot that has become free must not wait for them.
    if (!ended_.empty()) Reap();
  }
}

void LoadLoop::Reap() {
  while (!ended_.empty()) {
    Exchange* exchange = ended_.back();
    ended_.pop_back();
    Release(exchange, options_.clock->MonotonicNs());
    Dispatch();
  }
}

void LoadLoop::Release(Exchange* exchange, int64_t now_ns) {
  RequestRecord& record = exchange->record();
  if (record.has_flag(kFlagNewConnection)) {
    ++facts_.new_connections;
  } else if (record.sent_ns != kNever) {
    ++facts_.reused_connections;
  }
  counters_.token_events.fetch_add(record.token_events, std::memory_order_relaxed);
  PushRecord(record);
  free_.push_back({.exchange = exchange, .since_ns = now_ns});
}

void LoadLoop::PushRecord(RequestRecord& record) {
  if (!overflow_.empty() || !records_.TryPush(record)) overflow_.push_back(record);
  while (!overflow_.empty() && records_.TryPush(overflow_.front())) overflow_.pop_front();
  counters_.finished.fetch_add(1, std::memory_order_release);
}

bool LoadLoop::TakeWork(std::unique_ptr<PreparedRequest>& request) {
  if (options_.work->TryPop(request)) return true;
  // Say so before looking once more, so that work pushed in between is not missed.
  hungry_.store(true, std::memory_order_seq_cst);
  if (!options_.work->TryPop(request)) return false;
  hungry_.store(false, std::memory_order_relaxed);
  return true;
}

void LoadLoop::Dispatch() {
  more_to_send_ = false;
  if (gate_) {
    DispatchDue();
  } else {
    DispatchFree();
  }
}

void LoadLoop::Begin(FreeSlot slot, std::unique_ptr<PreparedRequest> request, int64_t intended_ns) {
  counters_.started.fetch_add(1, std::memory_order_relaxed);
  slot.exchange->Begin(std::move(request), intended_ns);
  if (slot.starved) {
    counters_.starved_slot_ns.fetch_add(options_.clock->MonotonicNs() - slot.since_ns,
                                        std::memory_order_relaxed);
  }
}

bool LoadLoop::MaySend() {
  return options_.control->CheckLease(options_.clock->MonotonicNs()) &&
         options_.control->mode() == LoadMode::kRun;
}

void LoadLoop::WakeIfHungry() {
  if (hungry_.exchange(false, std::memory_order_seq_cst)) Wake();
}

bool LoadLoop::Finished() {
  if (free_.size() < exchanges_.size()) return false;
  if (options_.control->mode() != LoadMode::kRun) return true;
  return options_.control->no_more_work() && arrival_ == nullptr &&
         options_.work->ApproximateSize() == 0;
}

}  // namespace monsoon
