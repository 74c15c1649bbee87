// Poller: the file descriptors that a load thread waits on: its sockets (epoll), a wake-up from
// other threads (eventfd), a one-shot timer and a steady tick (timerfd, CLOCK_MONOTONIC, absolute).
//
// Belongs to one thread, except Wake(), which any thread may call at any time.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <span>

#include "absl/status/statusor.h"

namespace monsoon {

// Closes its descriptor.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  ~UniqueFd();
  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

class Poller {
 public:
  struct Ready {
    std::span<const epoll_event> sockets;  // data.fd is the socket; valid until the next Wait
    bool woken = false;
    bool timer = false;
    bool tick = false;

    bool any() const { return !sockets.empty() || woken || timer || tick; }
  };

  // INTERNAL when the kernel refuses a descriptor (the limit of open files, mostly).
  static absl::StatusOr<Poller> Create();

  // Ready events without waiting; with `block`, waits until there is one.
  Ready Wait(bool block);

  // Level-triggered interest in `events` (EPOLLIN | EPOLLOUT) of `socket`.
  void Watch(int socket, uint32_t events, bool already_watched);
  void Unwatch(int socket);

  // The timer fires once at `monotonic_ns` (now, if that has passed); a later call replaces it.
  void ArmTimer(int64_t monotonic_ns);
  void ArmTick(int64_t period_ns);

  void Wake();

 private:
  Poller() = default;

  UniqueFd epoll_, wake_, timer_, tick_;
  std::array<epoll_event, 512> events_{};
  std::array<epoll_event, 512> sockets_{};
};

}  // namespace monsoon
