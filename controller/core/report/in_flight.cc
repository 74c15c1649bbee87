#include "controller/core/report/in_flight.h"

#include <algorithm>

namespace monsoon {

void InFlight::Add(int64_t start_ns, int64_t finish_ns) {
  if (start_ns == finish_ns) return;
  constexpr int64_t kFarthestNs = int64_t{1} << 61;  // so that a damaged stamp cannot overflow
  AddChange(std::clamp(start_ns, -kFarthestNs, kFarthestNs) * 2 + 1);
  AddChange(std::clamp(finish_ns, -kFarthestNs, kFarthestNs) * 2);
}

void InFlight::AddChange(Change change) {
  if (change <= done_ || change > last_) return;
  if (changes_.size() == max_changes_) {
    DropLatest();
    if (change > last_) return;
  }
  if (change == last_) {
    ++times_last_;
  } else {
    changes_.push_back(change);
  }
}

void InFlight::DropLatest() {
  const auto cut = changes_.begin() + static_cast<std::ptrdiff_t>(changes_.size() * 7 / 8);
  std::nth_element(changes_.begin(), cut, changes_.end());
  last_ = *cut;
  times_last_ = std::count(changes_.begin(), changes_.end(), last_);
  std::erase_if(changes_, [this](Change change) { return change >= last_; });
}

bool InFlight::EndPass(Span window, int64_t target) {
  std::sort(changes_.begin(), changes_.end());
  for (const Change change : changes_) Count(change, 1, window, target);
  if (times_last_ > 0) Count(last_, times_last_, window, target);
  changes_.clear();
  if (times_last_ > 0 && (last_ >> 1) < window.end_ns) {
    done_ = last_;
    last_ = INT64_MAX;
    times_last_ = 0;
    return false;
  }
  std::vector<Change>().swap(changes_);
  Finish(window, target);
  return true;
}

void InFlight::Count(Change change, int64_t times, Span window, int64_t target) {
  const int64_t at_ns = change >> 1;
  if (at_ns >= window.end_ns) return;
  if (at_ns > window.start_ns) MoveTo(at_ns, window, target);
  now_ += (change & 1) != 0 ? times : -times;
  if (inside_) Reached(at_ns, target);
}

void InFlight::MoveTo(int64_t at_ns, Span window, int64_t target) {
  if (!inside_) {
    inside_ = true;
    since_ns_ = window.start_ns;
    Reached(window.start_ns, target);
  }
  weighted_ns_ += static_cast<double>(now_) * static_cast<double>(at_ns - since_ns_);
  since_ns_ = at_ns;
  if (now_ >= target && summary_.at_target) summary_.at_target->end_ns = at_ns;
}

void InFlight::Reached(int64_t at_ns, int64_t target) {
  summary_.peak = std::max(summary_.peak, now_);
  if (now_ >= target && !summary_.at_target) summary_.at_target = Span{at_ns, at_ns};
}

void InFlight::Finish(Span window, int64_t target) {
  MoveTo(window.end_ns, window, target);
  summary_.mean = weighted_ns_ / static_cast<double>(window.length_ns());
}

}  // namespace monsoon
