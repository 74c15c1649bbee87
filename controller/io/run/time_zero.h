// Zero of a run's common time line, and where it is after the controller was started again.
//
// Reads one file of /proc; any thread.
#pragma once

#include "common/time/clock.h"
#include "controller/core/report/run_facts.h"

namespace monsoon {

// Now.
TimeZero TakeTimeZero(const Clock& clock);

struct ContinuedZero {
  int64_t monotonic_ns = 0;  // zero, on the CLOCK_MONOTONIC of now; may be negative
  bool exact = false;        // same boot: the same clock; else by the wall clocks
};
ContinuedZero ContinueTimeZero(const TimeZero& zero, const Clock& clock);

}  // namespace monsoon
