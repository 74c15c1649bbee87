#include "agent/io/http/load_loop.h"

#include <sys/prctl.h>

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

// How often deadlines are looked at: a timeout is noticed at most this late.
constexpr int64_t kTickNs = 20 * kNsPerMs;
constexpr size_t kRecordQueueCapacity = 8192;

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
      records_(kRecordQueueCapacity),
      busy_(options.clock->MonotonicNs()) {}

LoadLoop::~LoadLoop() {
  transfers_.clear();
  if (multi_ != nullptr) curl_multi_cleanup(multi_);
  curl_slist_free_all(headers_);
  curl_slist_free_all(resolve_);
}

absl::Status LoadLoop::Init() {
  multi_ = curl_multi_init();
  if (multi_ == nullptr) return absl::InternalError("libcurl could not be initialised");
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &LoadLoop::OnSocket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &LoadLoop::OnTimer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
  // By default libcurl shrinks its pool when few transfers are active and then reconnects.
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options_.slots + 8));

  // No wait for "100 Continue": the header without a value removes libcurl's own.
  headers_ = curl_slist_append(headers_, "Expect:");
  for (const auto& [name, value] : options_.adapter->Headers()) {
    headers_ = curl_slist_append(headers_, StrCat(name, ": ", value).c_str());
  }
  if (!options_.target->is_literal()) {
    resolve_ = curl_slist_append(resolve_, options_.target->CurlResolveLine().c_str());
  }

  context_ = {.agent_case = options_.agent_case,
              .adapter = options_.adapter,
              .policy = options_.policy,
              .clock = options_.clock,
              .control = options_.control,
              .multi = multi_,
              .headers = headers_,
              .resolve = resolve_,
              .loop_lag_ns = &facts_.loop_lag_ns};
  const auto& open_loop = options_.agent_case->open_loop;
  if (open_loop) {
    gate_.emplace(options_.slots,
                  open_loop->rate_per_s / static_cast<double>(options_.load_threads));
  }
  const int64_t slots = gate_ ? gate_->SlotsAtStart() : options_.slots;
  for (int64_t i = 0; i < slots; ++i) RETURN_IF_ERROR(AddSlot());
  poller_.ArmTick(kTickNs);
  return absl::OkStatus();
}

int LoadLoop::OnSocket(CURL*, curl_socket_t socket, int what, void* self, void* watched) {
  auto* loop = static_cast<LoadLoop*>(self);
  if (what == CURL_POLL_REMOVE) {
    loop->poller_.Unwatch(socket);
    curl_multi_assign(loop->multi_, socket, nullptr);
    return 0;
  }
  const uint32_t events =
      ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0u) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0u);
  loop->poller_.Watch(socket, events, watched != nullptr);
  curl_multi_assign(loop->multi_, socket, loop);
  return 0;
}

int LoadLoop::OnTimer(CURLM*, long timeout_ms, void* self) {
  // libcurl must not be called from here, so the moment is only noted.
  auto* loop = static_cast<LoadLoop*>(self);
  loop->curl_timer_ns_ =
      timeout_ms < 0 ? 0 : loop->options_.clock->MonotonicNs() + timeout_ms * kNsPerMs;
  if (timeout_ms > 0) loop->ArmTimers();
  return 0;
}

void LoadLoop::Run() {
  prctl(PR_SET_TIMERSLACK, 1UL);
  WaitForStart();
  last_wait_end_ns_ = options_.clock->MonotonicNs();
  busy_ = BusyMeter(last_wait_end_ns_);
  Dispatch();
  while (!Finished()) Turn();
  if (arrival_ != nullptr) RefuseArrival(0);
  busy_.Waited(options_.clock->MonotonicNs(), options_.clock->MonotonicNs());
  facts_.busy_share_max = busy_.max_share();
}

void LoadLoop::WaitForStart() {
  int64_t armed_ns = 0;
  for (;;) {
    const int64_t start_ns = options_.control->start_ns();
    if (options_.control->mode() != LoadMode::kRun) break;
    if (start_ns != CaseControl::kNotStarted && options_.clock->MonotonicNs() >= start_ns) break;
    if (start_ns != armed_ns && start_ns != CaseControl::kNotStarted) {
      poller_.ArmTimer(start_ns);
      armed_ns = start_ns;
    }
    poller_.Wait(true);
  }
  const int64_t start_ns = options_.control->start_ns();
  context_.case_start_ns =
      start_ns == CaseControl::kNotStarted ? options_.clock->MonotonicNs() : start_ns;
  for (FreeSlot& slot : free_) slot.since_ns = context_.case_start_ns;
}

void LoadLoop::Turn() {
  // What is ready at once became ready at some time since the last look. What had to be waited for
  // became ready just now.
  Poller::Ready ready = poller_.Wait(false);
  context_.ready_since_ns = last_wait_end_ns_;
  int64_t now_ns = options_.clock->MonotonicNs();
  const bool curl_is_due = curl_timer_ns_ != 0 && curl_timer_ns_ <= now_ns;
  if (!ready.any() && !curl_is_due && !ArrivalIsDue(now_ns)) {
    const int64_t wait_start_ns = now_ns;
    ready = poller_.Wait(true);
    now_ns = options_.clock->MonotonicNs();
    busy_.Waited(wait_start_ns, now_ns);
    context_.ready_since_ns = now_ns;
  }
  busy_.Waited(now_ns, now_ns);
  last_wait_end_ns_ = now_ns;
  if (!options_.control->CheckLease(now_ns)) CancelAll();
  ServeSockets(ready.sockets);
  ServeCurlTimer(now_ns);
  Reap();
  if (ready.tick) EndDeadTransfers(now_ns);
  if (options_.control->mode() == LoadMode::kCancel) CancelAll();
  Dispatch();
}

void LoadLoop::ServeSockets(std::span<const epoll_event> sockets) {
  int running = 0;
  for (const epoll_event& event : sockets) {
    const int events = ((event.events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
                       ((event.events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                       ((event.events & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
    ++context_.read_sequence;
    CheckCurl(curl_multi_socket_action(multi_, event.data.fd, events, &running));
    // At once, not after the other sockets: a slot that has become free must not wait for them.
    Reap();
  }
}

void LoadLoop::ServeCurlTimer(int64_t now_ns) {
  if (curl_timer_ns_ == 0 || curl_timer_ns_ > now_ns) return;
  curl_timer_ns_ = 0;
  int running = 0;
  ++context_.read_sequence;
  CheckCurl(curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running));
}

void LoadLoop::CheckCurl(CURLMcode code) {
  if (code == CURLM_OK) return;
  // The state of every transfer is uncertain now (libcurl's manual): the case cannot go on here.
  facts_.failure = StrCat("libcurl failed: ", curl_multi_strerror(code));
  options_.control->SetMode(LoadMode::kCancel);
}

void LoadLoop::Reap() {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    Transfer* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    transfer->End(code);
    Release(transfer, options_.clock->MonotonicNs());
    Dispatch();
  }
}

void LoadLoop::Release(Transfer* transfer, int64_t now_ns) {
  RequestRecord& record = transfer->record();
  if (record.has_flag(kFlagNewConnection)) {
    ++facts_.new_connections;
  } else if (record.sent_ns != kNever) {
    ++facts_.reused_connections;
  }
  counters_.token_events.fetch_add(record.token_events, std::memory_order_relaxed);
  PushRecord(record);
  free_.push_back({.transfer = transfer, .since_ns = now_ns});
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
  if (gate_) return DispatchDue();
  while (!free_.empty() && MaySend()) {
    std::unique_ptr<PreparedRequest> request;
    if (!TakeWork(request)) return MarkStarved();
    FreeSlot slot = free_.back();
    free_.pop_back();
    // The slots of a closed loop are opened one after another: each is free from the moment that
    // the thread is done with the one before. What this ramp takes shows in the steady window.
    if (slot.fresh && !slot.starved) slot.since_ns = std::max(slot.since_ns, ramp_ns_);
    Begin(slot, std::move(request), slot.since_ns);
    if (slot.fresh) ramp_ns_ = options_.clock->MonotonicNs();
  }
}

void LoadLoop::Begin(FreeSlot slot, std::unique_ptr<PreparedRequest> request, int64_t intended_ns) {
  counters_.started.fetch_add(1, std::memory_order_relaxed);
  CheckCurl(slot.transfer->Begin(std::move(request), intended_ns));
  if (slot.starved) {
    counters_.starved_slot_ns.fetch_add(options_.clock->MonotonicNs() - slot.since_ns,
                                        std::memory_order_relaxed);
  }
  // At once, so that `dispatched` is when the sending or connecting really begins.
  int running = 0;
  CheckCurl(curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running));
}

bool LoadLoop::MaySend() {
  return options_.control->CheckLease(options_.clock->MonotonicNs()) &&
         options_.control->mode() == LoadMode::kRun;
}

void LoadLoop::MarkStarved() {
  // New slots are added behind those that are marked already.
  for (auto slot = free_.rbegin(); slot != free_.rend() && !slot->starved; ++slot) {
    slot->starved = true;
  }
}

void LoadLoop::WakeIfHungry() {
  if (hungry_.exchange(false, std::memory_order_seq_cst)) Wake();
}

void LoadLoop::EndDeadTransfers(int64_t now_ns) {
  for (const auto& transfer : transfers_) {
    if (!transfer->busy()) continue;
    const Transfer::Deadline deadline = transfer->deadline();
    if (now_ns < deadline.at_ns) continue;
    transfer->TimeOut(deadline.error_class);
    Release(transfer.get(), options_.clock->MonotonicNs());
  }
}

void LoadLoop::CancelAll() {
  for (const auto& transfer : transfers_) {
    if (!transfer->busy()) continue;
    transfer->Cancel();
    Release(transfer.get(), options_.clock->MonotonicNs());
  }
}

bool LoadLoop::Finished() {
  if (free_.size() < transfers_.size()) return false;
  if (options_.control->mode() != LoadMode::kRun) return true;
  return options_.control->no_more_work() && arrival_ == nullptr &&
         options_.work->ApproximateSize() == 0;
}

}  // namespace monsoon
