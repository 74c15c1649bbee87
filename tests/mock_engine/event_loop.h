// One thread's event loop: epoll for the sockets, a timer queue behind one timerfd for the script.
//
// Run() belongs to one thread; Stop() may be called from any. What several loops share is in
// LoopShared, which must outlive them. Everything else here is the loop's own, without locks.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "tests/mock_engine/connection.h"
#include "tests/mock_engine/engine.h"
#include "tests/mock_engine/lateness_histogram.h"
#include "tests/mock_engine/request_log.h"
#include "tests/mock_engine/scoped_fd.h"
#include "tests/mock_engine/slot_queue.h"
#include "tests/mock_engine/slot_table.h"
#include "tests/mock_engine/timer_queue.h"
#include "tests/mock_engine/tls.h"
#include "tests/mock_engine/truth_log.h"

namespace monsoon::mock_engine {

struct LoopShared {
  EngineOptions options;
  std::unique_ptr<TruthLog> log;            // null: none kept
  std::unique_ptr<RequestLog> request_log;  // null: none kept
  std::unique_ptr<TlsContext> tls;          // null: plain HTTP
  std::atomic<uint64_t> next_request{0};
  std::atomic<uint64_t> next_connection{1};
  std::atomic<int64_t> in_flight{0};
  std::atomic<int64_t> max_in_flight{0};
};

struct LoopStats {
  uint64_t requests = 0;  // for an answer, that ended
  uint64_t connections = 0;
  uint64_t tokens = 0;
  uint64_t events = 0;  // token-bearing ones
  LatenessHistogram lateness;
  std::map<std::string, uint64_t> outcomes;
  std::map<std::string, uint64_t> other_requests;  // "GET /health": how often
  uint64_t dangerous_requests = 0;                 // of those
};

class EventLoop : private ConnectionHost {
 public:
  // Takes listening, non-blocking sockets.
  static absl::StatusOr<std::unique_ptr<EventLoop>> Create(std::vector<ScopedFd> listeners,
                                                           LoopShared& shared);
  ~EventLoop() override = default;

  // Returns after Stop(), with every connection closed and every request in the log.
  void Run();
  void Stop();

  // Valid when Run() has returned.
  const LoopStats& stats() const { return stats_; }

 private:
  static constexpr size_t kReadBufferBytes = 256 * 1024;

  explicit EventLoop(LoopShared& shared);

  absl::Status Setup(std::vector<ScopedFd> listeners);
  absl::Status Watch(int fd, uint32_t events, uint64_t key);
  void FireTimers();
  // How long epoll may wait, in ms: 0 if a timer is due, else -1 with the timerfd armed.
  int ArmTimer();
  void OnEvent(uint64_t key, uint32_t events);
  void AcceptAll(int listener);
  void PauseAccepting(bool pause);
  void EraseIfClosed(const Connection& connection);

  int64_t NowNs() const override;
  Engine& engine() override { return engine_; }
  const TlsContext* tls() const override { return shared_.tls.get(); }
  char* read_buffer() override { return read_buffer_.get(); }
  size_t read_buffer_bytes() const override { return kReadBufferBytes; }
  void WakeAt(uint64_t key, int64_t due_ns) override { timers_.Push(due_ns, key); }
  bool AcquireSlot(uint64_t key) override { return slots_.Acquire(key); }
  void ReleaseSlot() override;
  void CancelSlot(uint64_t key) override { slots_.Cancel(key); }
  void OnRequest(const HttpRequest& request, const Reply& reply) override;
  void OnTokens(int64_t tokens, int64_t lateness_ns) override;
  void OnGenerationEnd(RequestTruth truth) override;

  LoopShared& shared_;
  Engine engine_;
  SlotQueue slots_;
  TimerQueue timers_;
  SlotTable<Connection> connections_;
  std::unique_ptr<char[]> read_buffer_;
  std::vector<ScopedFd> listeners_;
  ScopedFd epoll_;
  ScopedFd timer_;
  ScopedFd stop_event_;
  int64_t armed_ns_ = 0;
  bool accepting_paused_ = false;
  bool stopping_ = false;
  LoopStats stats_;
};

}  // namespace monsoon::mock_engine
