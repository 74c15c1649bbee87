// InFlight: how many requests were in flight at each moment of a case, and what follows from it:
// the achieved concurrency and the steady window.
//
// Warm-up requests count as in flight (they are load on the engine all the same), but the window is
// that of the measured ones. A request is in flight from its dispatch to its finish (FinishNs of
// request_metrics.h); at equal stamps a finish comes before a dispatch, so a slot that is handed on
// within one ns does not look like two requests.
//
// In bounded memory: a pass over the requests keeps the earliest changes of the number in flight,
// as many as fit, and drops the later ones; its end counts through them in their order. Further
// passes over the same requests go on from there:
//
//   do { for (each request) in_flight.Add(...); } while (!in_flight.EndPass(window, target));
//
// Owned and used by one thread. All times ns on the run's time line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace monsoon {

// Closed interval of time.
struct Span {
  int64_t start_ns = 0;
  int64_t end_ns = 0;

  int64_t length_ns() const { return end_ns - start_ns; }
};

class InFlight {
 public:
  // 64 MiB: the two changes of each of four million requests.
  static constexpr size_t kMaxChanges = size_t{8} << 20;

  // REQUIRES: max_changes > 0.
  explicit InFlight(size_t max_changes = kMaxChanges) : max_changes_(max_changes) {}

  // One dispatched request. REQUIRES: finish_ns >= start_ns.
  void Add(int64_t start_ns, int64_t finish_ns);
  // True: summary() is known. False: add all requests once more. REQUIRES: window.length_ns() > 0,
  // and equal arguments after every pass.
  bool EndPass(Span window, int64_t target);

  struct Summary {
    double mean = 0;                // time-weighted over the window
    int64_t peak = 0;               // inside the window
    std::optional<Span> at_target;  // first to last moment inside it with >= target in flight
  };
  const Summary& summary() const { return summary_; }

 private:
  // A change is its time * 2 + (1 for a dispatch), so that changes are in order as numbers.
  using Change = int64_t;

  void AddChange(Change change);
  // Makes room by dropping the latest eighth.
  void DropLatest();
  void Count(Change change, int64_t times, Span window, int64_t target);
  // The number stayed what it is until `at_ns`, which lies behind the window's start.
  void MoveTo(int64_t at_ns, Span window, int64_t target);
  // It became what it is at `at_ns`, inside the window.
  void Reached(int64_t at_ns, int64_t target);
  void Finish(Span window, int64_t target);

  const size_t max_changes_;
  std::vector<Change> changes_;  // of this pass: those in (done_, last_)
  Change done_ = INT64_MIN;      // counted up to and including this one
  Change last_ = INT64_MAX;      // this pass reaches up to and including this one
  int64_t times_last_ = 0;       // how often last_ itself was seen

  int64_t now_ = 0;      // in flight, after all that was counted
  bool inside_ = false;  // the window has begun
  int64_t since_ns_ = 0;
  double weighted_ns_ = 0;
  Summary summary_;
};

}  // namespace monsoon
