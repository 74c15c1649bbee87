#include "agent/io/http/poller.h"

#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/base/str_cat.h"
#include "common/time/clock.h"

namespace monsoon {
namespace {

// How often the eventfd or timerfd has fired since it was last drained.
uint64_t DrainCounter(int fd) {
  uint64_t count = 0;
  // EAGAIN means that somebody reset the timer meanwhile: nothing to drain.
  return read(fd, &count, sizeof(count)) == sizeof(count) ? count : 0;
}

timespec ToTimespec(int64_t ns) {
  return {.tv_sec = static_cast<time_t>(ns / kNsPerS), .tv_nsec = static_cast<long>(ns % kNsPerS)};
}

}  // namespace

absl::StatusOr<Poller> Poller::Create() {
  Poller poller;
  poller.epoll_ = UniqueFd(epoll_create1(EPOLL_CLOEXEC));
  poller.wake_ = UniqueFd(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  poller.timer_ = UniqueFd(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  poller.tick_ = UniqueFd(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  for (const int fd : {poller.wake_.get(), poller.timer_.get(), poller.tick_.get()}) {
    // No handler's address is as small as a descriptor.
    epoll_event event{.events = EPOLLIN, .data = {.u64 = static_cast<uint64_t>(fd)}};
    if (fd < 0 || epoll_ctl(poller.epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
      return absl::InternalError(StrCat("cannot set up an event loop: ", std::strerror(errno),
                                        "; raise the limit of open files (ulimit -n)"));
    }
  }
  return poller;
}

Poller::Ready Poller::Wait(bool block) {
  const int count =
      epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()), block ? -1 : 0);
  Ready ready;
  ready.complete = count < static_cast<int>(events_.size());
  size_t socket_count = 0;
  for (int i = 0; i < std::max(count, 0); ++i) {
    const uint64_t id = events_[i].data.u64;
    if (id == static_cast<uint64_t>(wake_.get())) {
      ready.woken = DrainCounter(wake_.get()) > 0;
    } else if (id == static_cast<uint64_t>(timer_.get())) {
      ready.timer = DrainCounter(timer_.get()) > 0;
    } else if (id == static_cast<uint64_t>(tick_.get())) {
      const uint64_t ticks = DrainCounter(tick_.get());
      ready.tick = ticks > 0;
      ready.tick_due_ns = next_tick_ns_;
      next_tick_ns_ += static_cast<int64_t>(ticks) * tick_period_ns_;
    } else {
      sockets_[socket_count++] = events_[i];
    }
  }
  ready.sockets = std::span<const epoll_event>(sockets_.data(), socket_count);
  return ready;
}

void Poller::Watch(int socket, uint32_t events, SocketHandler* handler) {
  epoll_event event{.events = events, .data = {.ptr = handler}};
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket, &event) != 0 && errno == EEXIST) {
    epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, socket, &event);
  }
}

void Poller::Unwatch(int socket) { epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, socket, nullptr); }

void Poller::ArmTimer(int64_t monotonic_ns) {
  // A value of 0 would disarm the timer.
  const itimerspec spec{.it_interval = {},
                        .it_value = ToTimespec(std::max<int64_t>(monotonic_ns, 1))};
  timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &spec, nullptr);
}

void Poller::ArmTick(int64_t first_ns, int64_t period_ns) {
  next_tick_ns_ = first_ns;
  tick_period_ns_ = period_ns;
  const itimerspec spec{.it_interval = ToTimespec(period_ns), .it_value = ToTimespec(first_ns)};
  timerfd_settime(tick_.get(), TFD_TIMER_ABSTIME, &spec, nullptr);
}

void Poller::Wake() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t ignored = write(wake_.get(), &one, sizeof(one));
}

}  // namespace monsoon
