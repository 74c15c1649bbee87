#include "tests/mock_engine/event_loop.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <ctime>
#include <utility>

#include "common/base/str_cat.h"
#include "tests/mock_engine/stamped_read.h"

namespace monsoon::mock_engine {
namespace {

// Keys of what is no connection have the top bit set; listener number i is kFirstListener + i.
constexpr uint64_t kTimerKey = uint64_t{1} << 63;
constexpr uint64_t kStopKey = kTimerKey + 1;
constexpr uint64_t kFirstListener = kTimerKey + 2;

constexpr int kEventsPerWait = 256;
constexpr int kTimersPerRound = 256;  // then sockets get a look again
constexpr int kSocketsPerRound = 16;  // then timers do: a request costs up to 20 us
constexpr size_t kMaxOtherRequests = 64;
constexpr int64_t kNsPerS = 1'000'000'000;

}  // namespace

EventLoop::EventLoop(LoopShared& shared)
    : shared_(shared),
      engine_(shared.options, shared.next_request),
      slots_(shared.options.slots),
      read_buffer_(new char[kReadBufferBytes]) {}

absl::StatusOr<std::unique_ptr<EventLoop>> EventLoop::Create(std::vector<ScopedFd> listeners,
                                                             LoopShared& shared) {
  std::unique_ptr<EventLoop> loop(new EventLoop(shared));
  absl::Status status = loop->Setup(std::move(listeners));
  if (!status.ok()) return status;
  return loop;
}

absl::Status EventLoop::Setup(std::vector<ScopedFd> listeners) {
  listeners_ = std::move(listeners);
  epoll_ = ScopedFd(epoll_create1(EPOLL_CLOEXEC));
  timer_ = ScopedFd(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  stop_event_ = ScopedFd(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!epoll_.valid() || !timer_.valid() || !stop_event_.valid()) {
    return absl::ErrnoToStatus(errno,
                               "cannot set up the event loop; raise the limit of open files");
  }
  // Edge-triggered, the timer need not be read: setting it again is enough.
  absl::Status status = Watch(timer_.get(), EPOLLIN | EPOLLET, kTimerKey);
  if (status.ok()) status = Watch(stop_event_.get(), EPOLLIN, kStopKey);
  for (size_t i = 0; i < listeners_.size() && status.ok(); ++i) {
    status = Watch(listeners_[i].get(), EPOLLIN, kFirstListener + i);
  }
  return status;
}

absl::Status EventLoop::Watch(int fd, uint32_t events, uint64_t key) {
  epoll_event event = {};
  event.events = events;
  event.data.u64 = key;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, "cannot watch a socket; raise the limit of open files");
}

void EventLoop::Run() {
  prctl(PR_SET_TIMERSLACK, 1UL);  // by default the kernel may be 50 us late
  epoll_event events[kEventsPerWait];
  while (!stopping_) {
    FireTimers();
    const int n = epoll_wait(epoll_.get(), events, kEventsPerWait, ArmTimer());
    for (int i = 0; i < n; ++i) {
      OnEvent(events[i].data.u64, events[i].events);
      if (i % kSocketsPerRound == kSocketsPerRound - 1) FireTimers();
    }
  }
  connections_.ForEach([](Connection& connection) { connection.OnStop(); });
}

void EventLoop::Stop() {
  const uint64_t one = 1;
  while (write(stop_event_.get(), &one, sizeof(one)) < 0 && errno == EINTR) {
  }
}

void EventLoop::FireTimers() {
  TimerQueue::Entry entry;
  int64_t now_ns = NowNs();
  for (int i = 0; i < kTimersPerRound && timers_.PopDue(now_ns, &entry); ++i) {
    Connection* connection = connections_.Find(entry.key);
    if (connection == nullptr) continue;
    connection->OnTimer(entry.due_ns, now_ns);
    EraseIfClosed(*connection);
    now_ns = NowNs();
  }
}

int EventLoop::ArmTimer() {
  if (timers_.empty()) return -1;
  const int64_t due_ns = timers_.top().due_ns;
  if (due_ns <= NowNs()) return 0;
  if (due_ns != armed_ns_) {
    armed_ns_ = due_ns;
    itimerspec spec = {};
    spec.it_value.tv_sec = due_ns / kNsPerS;
    spec.it_value.tv_nsec = due_ns % kNsPerS;
    timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &spec, nullptr);
  }
  return -1;
}

void EventLoop::OnEvent(uint64_t key, uint32_t events) {
  if (key >= kFirstListener) return AcceptAll(listeners_[key - kFirstListener].get());
  if (key == kStopKey) stopping_ = true;
  if (key >= kTimerKey) return;
  Connection* connection = connections_.Find(key);
  if (connection == nullptr) return;
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) connection->OnReadable();
  if ((events & EPOLLOUT) != 0) connection->OnWritable();
  EraseIfClosed(*connection);
}

void EventLoop::AcceptAll(int listener) {
  while (true) {
    ScopedFd socket(accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket.valid()) {
      if (errno == EMFILE || errno == ENFILE) PauseAccepting(true);
      if (errno != EINTR && errno != ECONNABORTED) return;
      continue;
    }
    const int on = 1;
    setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    AskForReceiveStamps(socket.get());
    const int fd = socket.get();
    const uint64_t id = shared_.next_connection.fetch_add(1);
    Connection& connection =
        connections_.Emplace(std::move(socket), id, static_cast<ConnectionHost&>(*this));
    ++stats_.connections;
    // Everything is watched from the start, edge-triggered: no epoll_ctl in the middle of streams.
    if (!Watch(fd, EPOLLIN | EPOLLOUT | EPOLLET, connection.key()).ok()) {
      connections_.Erase(connection.key());
    }
  }
}

void EventLoop::PauseAccepting(bool pause) {
  if (pause == accepting_paused_) return;
  accepting_paused_ = pause;
  if (pause) {
    std::fprintf(stderr,
                 "mock_engine: out of file descriptors; new connections wait until others close. "
                 "Raise the limit with ulimit -n.\n");
  }
  for (size_t i = 0; i < listeners_.size(); ++i) {
    epoll_event event = {};
    event.events = pause ? 0 : static_cast<uint32_t>(EPOLLIN);
    event.data.u64 = kFirstListener + i;
    epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, listeners_[i].get(), &event);
  }
}

void EventLoop::EraseIfClosed(const Connection& connection) {
  if (!connection.closed()) return;
  connections_.Erase(connection.key());
  PauseAccepting(false);
}

int64_t EventLoop::NowNs() const {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kNsPerS + now.tv_nsec;
}

void EventLoop::ReleaseSlot() {
  const std::optional<uint64_t> next = slots_.Release();
  if (!next.has_value()) return;
  Connection* connection = connections_.Find(*next);
  if (connection != nullptr) connection->OnSlot(NowNs());
}

void EventLoop::OnRequest(const HttpRequest& request, const Reply& reply) {
  if (shared_.request_log != nullptr) shared_.request_log->Add(request.method, request.target);
  if (reply.is_generation) {
    const int64_t now_in_flight = shared_.in_flight.fetch_add(1) + 1;
    int64_t seen = shared_.max_in_flight.load();
    while (seen < now_in_flight &&
           !shared_.max_in_flight.compare_exchange_weak(seen, now_in_flight)) {
    }
    return;
  }
  if (reply.is_dangerous) ++stats_.dangerous_requests;
  const std::string name = StrCat(request.method, " ", request.target);
  const bool room = stats_.other_requests.size() < kMaxOtherRequests;
  ++stats_.other_requests[room || stats_.other_requests.contains(name) ? name : "more"];
}

void EventLoop::OnTokens(int64_t tokens, int64_t lateness_ns) {
  stats_.tokens += tokens;
  ++stats_.events;
  stats_.lateness.Add(lateness_ns);
}

void EventLoop::OnGenerationEnd(RequestTruth truth) {
  shared_.in_flight.fetch_sub(1);
  ++stats_.requests;
  ++stats_.outcomes[std::string(truth.outcome)];
  if (shared_.log != nullptr) shared_.log->Add(std::move(truth));
}

}  // namespace monsoon::mock_engine
