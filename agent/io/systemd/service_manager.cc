#include "agent/io/systemd/service_manager.h"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "common/base/str_cat.h"
#include "common/time/clock.h"

namespace monsoon {
namespace {

// A status line that changes all the time is told this often.
constexpr int64_t kStatusPeriodNs = kNsPerS;

int64_t WatchdogNs() {
  uint64_t usec = 0;
  return sd_watchdog_enabled(0, &usec) > 0 ? static_cast<int64_t>(usec) * kNsPerUs : 0;
}

void Notify(const std::string& text) { sd_notify(0, text.c_str()); }

// A newline would begin another assignment.
std::string OneLine(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return text;
}

}  // namespace

ServiceManager::ServiceManager(ServiceManagerHooks hooks)
    : hooks_(std::move(hooks)),
      present_(std::getenv("NOTIFY_SOCKET") != nullptr),
      watchdog_ns_(present_ ? WatchdogNs() : 0) {}

ServiceManager::~ServiceManager() {
  if (!thread_.joinable()) return;
  {
    absl::MutexLock lock(&mutex_);
    closing_ = true;
  }
  thread_.join();
}

void ServiceManager::Ready() {
  if (!present_) return;
  told_ = OneLine(hooks_.status());
  Notify(StrCat("READY=1\nSTATUS=", told_));
  thread_ = std::thread([this] { Run(); });
}

void ServiceManager::Stopping(int64_t within_ns) {
  if (!present_) return;
  Notify(StrCat("STOPPING=1\nEXTEND_TIMEOUT_USEC=", within_ns / kNsPerUs,
                "\nSTATUS=", OneLine(hooks_.status())));
}

void ServiceManager::Run() {
  // Half of the patience, looked at more often: a service that was late once is asked again soon.
  const int64_t period_ns =
      watchdog_ns_ > 0 ? std::min(watchdog_ns_ / 8, kStatusPeriodNs) : kStatusPeriodNs;
  int64_t until_pet_ns = 0;
  int64_t until_status_ns = kStatusPeriodNs;
  for (;;) {
    if (watchdog_ns_ > 0 && until_pet_ns <= 0 && hooks_.alive(watchdog_ns_ / 2)) {
      Notify("WATCHDOG=1");
      until_pet_ns = watchdog_ns_ / 2;
    }
    if (until_status_ns <= 0) {
      std::string status = OneLine(hooks_.status());
      if (status != told_) Notify(StrCat("STATUS=", status));
      told_ = std::move(status);
      until_status_ns = kStatusPeriodNs;
    }
    absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&closing_), absl::Nanoseconds(period_ns))) return;
    until_pet_ns -= period_ns;
    until_status_ns -= period_ns;
  }
}

}  // namespace monsoon
