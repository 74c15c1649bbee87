#include "controller/core/dataset/repeat_tracker.h"

namespace monsoon {

void RepeatTracker::BeginCase(std::string_view engine_name, std::string_view engine_url,
                              bool cache_bust) {
  engine_ = {std::string(engine_name), std::string(engine_url)};
  cache_bust_ = cache_bust;
  measured_ = 0;
  repeated_ = 0;
}

void RepeatTracker::Note(const ItemId& id, bool warmup) {
  const bool repeated = !cache_bust_ && !sent_[engine_].insert(id).second;
  if (!warmup) {
    ++measured_;
    repeated_ += repeated ? 1 : 0;
  }
}

double RepeatTracker::RepeatedShare() const {
  return measured_ == 0 ? 0.0 : static_cast<double>(repeated_) / static_cast<double>(measured_);
}

}  // namespace monsoon
