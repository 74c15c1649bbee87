// The one place that reads the operating system's clocks.
#pragma once

#include "common/time/clock.h"

namespace monsoon {

class SteadyClock final : public Clock {
 public:
  int64_t MonotonicNs() const override;
  int64_t WallNs() const override;
  int64_t RawNs() const override;
};

}  // namespace monsoon
