#include "agent/core/operate/load_counts.h"

#include <numeric>

namespace monsoon {

void RequestTally::Add(const RequestRecord& record) {
  switch (record.status) {
    case RequestStatus::kOk:
      ++ok;
      break;
    case RequestStatus::kFailed:
      ++failed[static_cast<size_t>(record.error_class)];
      break;
    case RequestStatus::kCancelled:
      ++cancelled;
      break;
    case RequestStatus::kNotSent:
    case RequestStatus::kLost:
      ++not_sent;
      break;
  }
}

uint64_t RequestTally::failed_in_all() const {
  return std::accumulate(failed.begin(), failed.end(), uint64_t{0});
}

RequestTally& RequestTally::operator+=(const RequestTally& other) {
  ok += other.ok;
  cancelled += other.cancelled;
  not_sent += other.not_sent;
  for (size_t i = 0; i < failed.size(); ++i) failed[i] += other.failed[i];
  return *this;
}

LoadCounts& LoadCounts::operator+=(const LoadCounts& other) {
  started += other.started;
  finished += other.finished;
  token_events += other.token_events;
  starved_slot_ns += other.starved_slot_ns;
  tally += other.tally;
  return *this;
}

}  // namespace monsoon
