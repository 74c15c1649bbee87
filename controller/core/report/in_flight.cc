#include "controller/core/report/in_flight.h"

#include <algorithm>

namespace monsoon {
namespace {

struct Change {
  int64_t at_ns;
  int64_t by;  // +1 or -1
};

// The changes inside the window; what began before it begins at its start.
std::vector<Change> ChangesInside(const std::vector<Span>& requests, Span window) {
  std::vector<Change> changes;
  changes.reserve(requests.size() * 2);
  for (const Span& request : requests) {
    const int64_t start_ns = std::max(request.start_ns, window.start_ns);
    const int64_t end_ns = std::min(request.end_ns, window.end_ns);
    if (start_ns >= end_ns) continue;
    changes.push_back({start_ns, +1});
    changes.push_back({end_ns, -1});
  }
  std::sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
    return a.at_ns != b.at_ns ? a.at_ns < b.at_ns : a.by < b.by;
  });
  return changes;
}

}  // namespace

void InFlight::Add(int64_t start_ns, int64_t finish_ns) {
  requests_.push_back({start_ns, finish_ns});
}

InFlight::Summary InFlight::Summarise(Span window, int64_t target) const {
  Summary summary;
  double weighted_ns = 0;
  int64_t now = 0;
  int64_t since_ns = window.start_ns;
  for (const Change& change : ChangesInside(requests_, window)) {
    weighted_ns += static_cast<double>(now) * static_cast<double>(change.at_ns - since_ns);
    since_ns = change.at_ns;
    if (now >= target && summary.at_target) summary.at_target->end_ns = change.at_ns;
    now += change.by;
    summary.peak = std::max(summary.peak, now);
    if (now >= target && !summary.at_target) summary.at_target = Span{change.at_ns, change.at_ns};
  }
  summary.mean = weighted_ns / static_cast<double>(window.length_ns());
  return summary;
}

}  // namespace monsoon
