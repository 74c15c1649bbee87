// Shows absl::Mutex and absl::CondVar to ThreadSanitizer. Linked into every program of the tsan
// build, and into no other.
//
// Debian's Abseil is not compiled with ThreadSanitizer, which therefore cannot see that its mutexes
// order anything, and would report every datum that one of them guards. The functions below take
// the place of the library's (a program's own definition comes before a shared library's), tell the
// sanitizer what is about to be ordered, and call the original. gRPC's own locks go the same way.
//
// Conditions of Await() are evaluated by whichever thread unlocks, inside Unlock(), still under the
// lock but after the release was announced; reads in them are not checked.

#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include <cstdio>
#include <cstdlib>

#include "absl/synchronization/mutex.h"

extern "C" {
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
}

namespace absl {
ABSL_NAMESPACE_BEGIN
namespace {

// The library's own `name`, a mangled one.
template <typename F>
F* Original(const char* name) {
  void* found = dlsym(RTLD_NEXT, name);
  if (found == nullptr) {
    std::fprintf(stderr, "absl_mutex_tsan: libabsl_synchronization has no %s; adapt NAME()\n",
                 name);
    std::abort();
  }
  return reinterpret_cast<F*>(found);
}

}  // namespace

// The mangled name of absl::CLASS::METHOD; "7debian3" is the inline namespace of Debian 12.
#define NAME(suffix) "_ZN4absl7debian3" suffix
// Calls the original method. A static local: found once, with thread-safe initialisation.
#define CALL(type, suffix, ...)                                 \
  [&] {                                                         \
    static auto* const original = Original<type>(NAME(suffix)); \
    return original(__VA_ARGS__);                               \
  }()

void Mutex::Lock() {
  CALL(void(Mutex*), "5Mutex4LockEv", this);
  __tsan_acquire(this);
}

bool Mutex::TryLock() {
  const bool locked = CALL(bool(Mutex*), "5Mutex7TryLockEv", this);
  if (locked) __tsan_acquire(this);
  return locked;
}

void Mutex::Unlock() {
  __tsan_release(this);
  CALL(void(Mutex*), "5Mutex6UnlockEv", this);
}

void Mutex::ReaderLock() {
  CALL(void(Mutex*), "5Mutex10ReaderLockEv", this);
  __tsan_acquire(this);
}

bool Mutex::ReaderTryLock() {
  const bool locked = CALL(bool(Mutex*), "5Mutex13ReaderTryLockEv", this);
  if (locked) __tsan_acquire(this);
  return locked;
}

void Mutex::ReaderUnlock() {
  __tsan_release(this);
  CALL(void(Mutex*), "5Mutex12ReaderUnlockEv", this);
}

void Mutex::Await(const Condition& cond) {
  __tsan_release(this);
  CALL(void(Mutex*, const Condition*), "5Mutex5AwaitERKNS0_9ConditionE", this, &cond);
  __tsan_acquire(this);
}

bool Mutex::AwaitWithTimeout(const Condition& cond, Duration timeout) {
  __tsan_release(this);
  const bool held =
      CALL(bool(Mutex*, const Condition*, Duration),
           "5Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE", this, &cond, timeout);
  __tsan_acquire(this);
  return held;
}

bool Mutex::AwaitWithDeadline(const Condition& cond, Time deadline) {
  __tsan_release(this);
  const bool held =
      CALL(bool(Mutex*, const Condition*, Time),
           "5Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE", this, &cond, deadline);
  __tsan_acquire(this);
  return held;
}

void Mutex::LockWhen(const Condition& cond) {
  CALL(void(Mutex*, const Condition*), "5Mutex8LockWhenERKNS0_9ConditionE", this, &cond);
  __tsan_acquire(this);
}

bool Mutex::LockWhenWithTimeout(const Condition& cond, Duration timeout) {
  const bool held =
      CALL(bool(Mutex*, const Condition*, Duration),
           "5Mutex19LockWhenWithTimeoutERKNS0_9ConditionENS0_8DurationE", this, &cond, timeout);
  __tsan_acquire(this);
  return held;
}

bool Mutex::LockWhenWithDeadline(const Condition& cond, Time deadline) {
  const bool held =
      CALL(bool(Mutex*, const Condition*, Time),
           "5Mutex20LockWhenWithDeadlineERKNS0_9ConditionENS0_4TimeE", this, &cond, deadline);
  __tsan_acquire(this);
  return held;
}

void CondVar::Wait(Mutex* mu) {
  __tsan_release(mu);
  CALL(void(CondVar*, Mutex*), "7CondVar4WaitEPNS0_5MutexE", this, mu);
  __tsan_acquire(mu);
}

bool CondVar::WaitWithTimeout(Mutex* mu, Duration timeout) {
  __tsan_release(mu);
  const bool timed_out =
      CALL(bool(CondVar*, Mutex*, Duration), "7CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE",
           this, mu, timeout);
  __tsan_acquire(mu);
  return timed_out;
}

bool CondVar::WaitWithDeadline(Mutex* mu, Time deadline) {
  __tsan_release(mu);
  const bool timed_out =
      CALL(bool(CondVar*, Mutex*, Time), "7CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE", this,
           mu, deadline);
  __tsan_acquire(mu);
  return timed_out;
}

bool Condition::Eval() const {
  // The mangled name of a const method has a K.
  static auto* const original =
      Original<bool(const Condition*)>("_ZNK4absl7debian39Condition4EvalEv");
  AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
  const bool holds = original(this);
  AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
  return holds;
}

#undef CALL
#undef NAME

ABSL_NAMESPACE_END
}  // namespace absl
