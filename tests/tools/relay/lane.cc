#include "tests/tools/relay/lane.h"

#include <algorithm>
#include <utility>

namespace monsoon {

int64_t Lane::DueFor(size_t bytes, int64_t now_ns, const LaneConditions& conditions,
                     std::mt19937_64& random) {
  std::uniform_int_distribution<int64_t> jitter(-conditions.jitter_ns, conditions.jitter_ns);
  int64_t due_ns = std::max(last_due_ns_, now_ns + conditions.delay_ns + jitter(random));
  if (conditions.bytes_per_s > 0) {
    due_ns += static_cast<int64_t>(1e9 * static_cast<double>(bytes) /
                                   static_cast<double>(conditions.bytes_per_s));
  }
  return last_due_ns_ = due_ns;
}

void Lane::Take(std::string bytes, int64_t now_ns, const LaneConditions& conditions,
                std::mt19937_64& random) {
  if (bytes.empty()) return;
  held_bytes_ += bytes.size();
  const int64_t due_ns = DueFor(bytes.size(), now_ns, conditions, random);
  pieces_.push_back({due_ns, std::move(bytes)});
}

void Lane::TakeEnd(EndHow how, int64_t now_ns, const LaneConditions& conditions,
                   std::mt19937_64& random) {
  if (end_) return;
  end_ = how;
  end_due_ns_ = DueFor(0, now_ns, conditions, random);
}

std::optional<int64_t> Lane::due_ns() const {
  if (!pieces_.empty()) return pieces_.front().due_ns;
  if (end_) return end_due_ns_;
  return std::nullopt;
}

std::string_view Lane::Ready(int64_t now_ns) const {
  if (pieces_.empty() || pieces_.front().due_ns > now_ns) return {};
  return std::string_view(pieces_.front().bytes).substr(first_offset_);
}

void Lane::Forwarded(size_t bytes) {
  forwarded_bytes_ += bytes;
  held_bytes_ -= bytes;
  first_offset_ += bytes;
  if (first_offset_ < pieces_.front().bytes.size()) return;
  pieces_.pop_front();
  first_offset_ = 0;
}

std::optional<EndHow> Lane::EndReady(int64_t now_ns) const {
  if (!end_ || !pieces_.empty() || end_due_ns_ > now_ns) return std::nullopt;
  return end_;
}

}  // namespace monsoon
