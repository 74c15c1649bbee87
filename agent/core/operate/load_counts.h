// LoadCounts: what an agent has done for its engines, of one case or of many. Plain values, pure.
#pragma once

#include <array>
#include <cstdint>

#include "common/model/error_class.h"
#include "common/model/request_record.h"

namespace monsoon {

// How finished requests ended.
struct RequestTally {
  uint64_t ok = 0;
  uint64_t cancelled = 0;
  uint64_t not_sent = 0;
  std::array<uint64_t, kErrorClassCount> failed{};  // by ErrorClass

  void Add(const RequestRecord& record);
  uint64_t failed_in_all() const;
  RequestTally& operator+=(const RequestTally& other);
};

struct LoadCounts {
  uint64_t started = 0;
  uint64_t finished = 0;      // records made by load threads; the tally may be a moment behind
  uint64_t token_events = 0;  // events with generated text, of finished requests
  int64_t starved_slot_ns = 0;
  RequestTally tally;

  LoadCounts& operator+=(const LoadCounts& other);
};

}  // namespace monsoon
