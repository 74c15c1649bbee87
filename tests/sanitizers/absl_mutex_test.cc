// Under ThreadSanitizer this fails when absl_mutex_tsan.cc misses a way of locking: the counter
// would be reported as a data race. Elsewhere it only checks that locks lock.

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace monsoon {
namespace {

constexpr int kRounds = 2000;

struct Guarded {
  absl::Mutex mutex;
  absl::CondVar changed;
  bool open ABSL_GUARDED_BY(mutex) = false;
  int counter ABSL_GUARDED_BY(mutex) = 0;
};

// Runs `body` in two threads while two others count under a plain lock.
template <typename Body>
int CountBeside(Body body) {
  Guarded guarded;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] { body(guarded); });
    threads.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        absl::MutexLock lock(&guarded.mutex);
        ++guarded.counter;
        guarded.open = true;
        guarded.changed.SignalAll();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  absl::MutexLock lock(&guarded.mutex);
  return guarded.counter - 2 * kRounds;
}

TEST(AbslMutexTest, TryLock) {
  EXPECT_EQ(2, CountBeside([](Guarded& guarded) ABSL_NO_THREAD_SAFETY_ANALYSIS {
              while (!guarded.mutex.TryLock()) std::this_thread::yield();
              ++guarded.counter;
              guarded.mutex.Unlock();
            }));
}

TEST(AbslMutexTest, ReaderLock) {
  EXPECT_EQ(0, CountBeside([](Guarded& guarded) {
              for (int round = 0; round < kRounds; ++round) {
                absl::ReaderMutexLock lock(&guarded.mutex);
                EXPECT_GE(guarded.counter, 0);
              }
            }));
}

TEST(AbslMutexTest, LockWhen) {
  EXPECT_EQ(2, CountBeside([](Guarded& guarded) ABSL_NO_THREAD_SAFETY_ANALYSIS {
              guarded.mutex.LockWhen(absl::Condition(&guarded.open));
              ++guarded.counter;
              guarded.mutex.Unlock();
            }));
}

TEST(AbslMutexTest, Await) {
  EXPECT_EQ(6, CountBeside([](Guarded& guarded) {
              absl::MutexLock lock(&guarded.mutex);
              const absl::Condition open(&guarded.open);
              guarded.mutex.Await(open);
              ++guarded.counter;
              guarded.mutex.AwaitWithTimeout(open, absl::Seconds(60));
              ++guarded.counter;
              guarded.mutex.AwaitWithDeadline(open, absl::InfiniteFuture());
              ++guarded.counter;
            }));
}

TEST(AbslMutexTest, CondVar) {
  EXPECT_EQ(4, CountBeside([](Guarded& guarded) {
              absl::MutexLock lock(&guarded.mutex);
              while (!guarded.open) guarded.changed.Wait(&guarded.mutex);
              ++guarded.counter;
              guarded.changed.WaitWithTimeout(&guarded.mutex, absl::Milliseconds(1));
              ++guarded.counter;
            }));
}

}  // namespace
}  // namespace monsoon
