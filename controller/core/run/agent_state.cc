#include "controller/core/run/agent_state.h"

#include "common/time/clock.h"

namespace monsoon {
namespace {

constexpr int64_t kRateWindowNs = 200 * kNsPerMs;
constexpr double kRateSmoothing = 0.3;

}  // namespace

void AgentState::UpdateRate(int64_t now_ns) {
  if (rate_since_ns == 0) {
    rate_since_ns = now_ns;
    rate_finished = progress.finished;
    return;
  }
  const int64_t elapsed_ns = now_ns - rate_since_ns;
  if (elapsed_ns < kRateWindowNs) return;
  const double finished_per_s =
      static_cast<double>(progress.finished - rate_finished) / ToSeconds(elapsed_ns);
  // Upwards at once: too little work starves slots, too much only waits in memory.
  rate_per_s = finished_per_s > rate_per_s
                   ? finished_per_s
                   : rate_per_s + kRateSmoothing * (finished_per_s - rate_per_s);
  rate_since_ns = now_ns;
  rate_finished = progress.finished;
}

void AgentState::SetSuspected(bool is, int64_t now_ns) {
  if (is == suspected) return;
  suspected = run->suspected = is;
  if (is) {
    ++suspected_count;
    suspected_since_ns = now_ns;
  } else if (suspected_since_ns != 0) {
    suspected_ns += now_ns - suspected_since_ns;
  }
}

void AgentState::Take(const RequestRecord& record) {
  unreported.erase(record.request_index);
  first_send.Take(record);
  if (record.status == RequestStatus::kCancelled) ++cancelled_records;
  const bool over_limit = (record.flags & kFlagOverLimit) != 0;
  if (record.status == RequestStatus::kNotSent && !over_limit) ++not_sent_records;
}

}  // namespace monsoon
