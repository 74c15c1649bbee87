// ReadLag: how late one read of a response was. Measured by LagMeter (agent/core/load), kept by
// StreamRecorder. A plain value, ns.
#pragma once

#include <cstdint>

#include "common/model/request_record.h"

namespace monsoon {

struct ReadLag {
  int64_t bound_ns = 0;        // no byte of it waited longer between socket ready and read
  int64_t kernel_ns = kNever;  // how long its last segment did, where the kernel told

  friend bool operator==(const ReadLag&, const ReadLag&) = default;
};

}  // namespace monsoon
