// InFlight: how many requests were in flight at each moment of a case, and what follows from it:
// the achieved concurrency and the steady window.
//
// Warm-up requests count as in flight (they are load on the engine all the same), but the window is
// that of the measured ones. A request is in flight from its dispatch to its finish (FinishNs of
// request_metrics.h); at equal stamps a finish comes before a dispatch, so a slot that is handed on
// within one ns does not look like two requests.
//
// Owned and used by one thread. All times ns on the run's time line.
#pragma once

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
  // One dispatched request. REQUIRES: finish_ns >= start_ns.
  void Add(int64_t start_ns, int64_t finish_ns);

  struct Summary {
    double mean = 0;                // time-weighted over the window
    int64_t peak = 0;               // inside the window
    std::optional<Span> at_target;  // first to last moment inside it with >= target in flight
  };
  // REQUIRES: window.length_ns() > 0.
  Summary Summarise(Span window, int64_t target) const;

 private:
  std::vector<Span> requests_;
};

}  // namespace monsoon
