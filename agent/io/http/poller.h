// Poller: the file descriptors that a load thread waits on: its sockets (epoll), a wake-up from
// other threads (eventfd), a one-shot timer and a steady tick (timerfd, CLOCK_MONOTONIC, absolute).
//
// Belongs to one thread, except Wake(), which any thread may call at any time. A socket's handler
// must outlive its last event of a Wait(): what is unwatched may still stand among the events that
// the last Wait() gave.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <span>

#include "absl/status/statusor.h"

#include "agent/io/http/unique_fd.h"

namespace monsoon {

// Whoever a socket's events are for.
class SocketHandler {
 public:
  // `events`: EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP.
  virtual void OnReady(uint32_t events) = 0;
  // OnReady() comes soon: asks the processor for the memory that it will touch. `step` 1 comes
  // before 2, so that 2 need not wait for what 1 asked for. Thousands of streams do not fit into
  // caches, and their misses would be most of the time that a token takes in this program.
  virtual void Prefetch(int step) const { static_cast<void>(step); }

 protected:
  ~SocketHandler() = default;
};

class Poller {
 public:
  struct Ready {
    std::span<const epoll_event> sockets;  // data.ptr is a SocketHandler; valid until the next Wait
    bool woken = false;
    bool timer = false;
    bool tick = false;
    bool complete = true;     // nothing else was ready
    int64_t tick_due_ns = 0;  // when the tick was due, the first of those that were missed

    bool any() const { return !sockets.empty() || woken || timer || tick; }
  };

  // INTERNAL when the kernel refuses a descriptor (the limit of open files, mostly).
  static absl::StatusOr<Poller> Create();

  // Ready events without waiting; with `block`, waits until there is one.
  Ready Wait(bool block);

  // Level-triggered interest in `events` (EPOLLIN | EPOLLOUT) of `socket`; a later call replaces an
  // earlier one.
  void Watch(int socket, uint32_t events, SocketHandler* handler);
  void Unwatch(int socket);

  // The timer fires once at `monotonic_ns` (now, if that has passed); a later call replaces it.
  void ArmTimer(int64_t monotonic_ns);
  // Fires at `first_ns` (monotonic) and every `period_ns` from then on.
  void ArmTick(int64_t first_ns, int64_t period_ns);

  void Wake();

 private:
  Poller() = default;

  UniqueFd epoll_, wake_, timer_, tick_;
  int64_t next_tick_ns_ = 0;
  int64_t tick_period_ns_ = 0;
  std::array<epoll_event, 512> events_{};
  std::array<epoll_event, 512> sockets_{};
};

}  // namespace monsoon
