#include "controller/io/run/signal_watcher.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "common/process/stop_signals.h"

namespace monsoon {
namespace {

constexpr int kExitKilled = 130;
constexpr timespec kPollInterval = {.tv_sec = 0, .tv_nsec = 50'000'000};

}  // namespace

void SignalWatcher::Block() {
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

SignalWatcher::SignalWatcher()
    : thread_([this] {
        const sigset_t signals = StopSignals();
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
