#include "controller/io/agents/agent_events.h"

#include <utility>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/wire/convert_probe.h"

namespace monsoon {

absl::StatusOr<decltype(AgentEvent::body)> ToEvent(const v1::ControlResponse& response) {
  switch (response.message_case()) {
    case v1::ControlResponse::kProbed: {
      ASSIGN_OR_RETURN(ProbeResult result, FromProto(response.probed()));
      return ProbedEvent{std::move(result)};
    }
    case v1::ControlResponse::kReady:
      return ReadyEvent{static_cast<int32_t>(response.ready().case_index()),
                        response.ready().error(), response.ready().engine_address()};
    case v1::ControlResponse::kProgress:
      return ToEvent(response.progress());
    case v1::ControlResponse::kRecalled:
      return RecalledEvent{{response.recalled().request_indices().begin(),
                            response.recalled().request_indices().end()}};
    case v1::ControlResponse::kCaseDone: {
      absl::StatusOr<CaseDoneEvent> done = ToEvent(response.case_done());
      if (done.ok()) return *std::move(done);
      return absl::DataLossError(
          StrCat("it sent a lag histogram that cannot be read: ", ToStd(done.status().message())));
    }
    default:
      return absl::UnimplementedError(
          "it sent a message that this controller does not know; install the same version");
  }
}

absl::StatusOr<CaseDoneEvent> ToEvent(const v1::CaseDone& done) {
  CaseDoneEvent event;
  event.case_index = static_cast<int32_t>(done.case_index());
  event.last_sequence = done.last_sequence();
  event.new_connections = static_cast<int64_t>(done.new_connections());
  event.reused_connections = static_cast<int64_t>(done.reused_connections());
  event.busy_share_max = done.busy_share_max();
  event.cpu_seconds = done.cpu_seconds();
  event.starved_slot_ns = static_cast<int64_t>(done.starved_slot_ns());
  event.clock_step_ns = static_cast<int64_t>(done.clock_step_ns());
  event.clock_rate_error = done.clock_rate_error();
  event.gave_up = done.gave_up();
  ASSIGN_OR_RETURN(event.loop_lag_ns, LogHistogram::Parse(done.loop_lag_histogram()));
  ASSIGN_OR_RETURN(event.kernel_lag_ns, LogHistogram::Parse(done.kernel_lag_histogram()));
  ASSIGN_OR_RETURN(event.timer_lag_ns, LogHistogram::Parse(done.timer_lag_histogram()));
  return event;
}

ProgressEvent ToEvent(const v1::Progress& progress) {
  return {.case_index = static_cast<int32_t>(progress.case_index()),
          .received = static_cast<int64_t>(progress.received()),
          .started = static_cast<int64_t>(progress.started()),
          .finished = static_cast<int64_t>(progress.finished()),
          .queued = static_cast<int64_t>(progress.queued()),
          .in_flight = static_cast<int64_t>(progress.in_flight()),
          .token_events = static_cast<int64_t>(progress.token_events()),
          .starved_slot_ns = static_cast<int64_t>(progress.starved_slot_ns())};
}

}  // namespace monsoon
