#include "controller/io/run/signal_watcher.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

namespace monsoon {
namespace {

sigset_t WatchedSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

constexpr int kExitKilled = 130;
constexpr timespec kPollInterval = {.tv_sec = 0, .tv_nsec = 50'000'000};

}  // namespace

void SignalWatcher::Block() {
  const sigset_t signals = WatchedSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

SignalWatcher::SignalWatcher()
    : thread_([this] {
        const sigset_t signals = WatchedSignals();
        while (!ending_) {
          if (sigtimedwait(&signals, nullptr, &kPollInterval) < 0) continue;
          if (count_.fetch_add(1, std::memory_order_release) == 2) _exit(kExitKilled);
        }
      }) {}

SignalWatcher::~SignalWatcher() {
  ending_ = true;
  thread_.join();
}

}  // namespace monsoon
