// RunProbe: sends one request of a case to its engine, as the load would, then the engine type's
// read-only GETs (common/model/engine_gets.h), and says what came back. Nothing here judges it, and
// nothing else is ever sent.
#pragma once

#include <atomic>

#include "agent/core/net/address_policy.h"
#include "common/model/probe.h"
#include "common/time/clock.h"

namespace monsoon {

// Blocks, at most for the order's time limit and some seconds for the GETs; not for load threads.
// Ends early, with what there is by then, once `cancelled` is true. The record's stamps count from
// the beginning of the probe.
ProbeResult RunProbe(const ProbeOrder& order, const AddressPolicy& policy, const Clock& clock,
                     const std::atomic<bool>& cancelled);

}  // namespace monsoon
