#include "agent/core/operate/event_text.h"

#include "common/time/clock.h"

namespace monsoon {
namespace {

struct ToEntry {
  LogEntry operator()(const RunTaken& event) const {
    return {LogLevel::kInfo,
            "run_taken",
            {{"run_id", event.run_id},
             {"controller", event.controller},
             {"controller_version", event.controller_version},
             {"epoch", event.epoch},
             {"lease_s", ToSeconds(event.lease_ns)}}};
  }
  LogEntry operator()(const RunEnded& event) const {
    LogEntry entry{event.reason.empty() ? LogLevel::kInfo : LogLevel::kWarning,
                   "run_ended",
                   {{"run_id", event.run_id}}};
    if (!event.reason.empty()) entry.fields.push_back({"reason", event.reason});
    if (event.left_bytes > 0) entry.fields.push_back({"left_bytes", event.left_bytes});
    return entry;
  }
  LogEntry operator()(const ControlBroken& event) const {
    return {
        LogLevel::kWarning, "control_broken", {{"run_id", event.run_id}, {"reason", event.reason}}};
  }
  LogEntry operator()(const RunResumed& event) const {
    return {LogLevel::kInfo,
            "run_resumed",
            {{"run_id", event.run_id}, {"controller", event.controller}}};
  }
  LogEntry operator()(const RecordsSpilled& event) const {
    return {
        LogLevel::kWarning, "records_spilled", {{"run_id", event.run_id}, {"bytes", event.bytes}}};
  }
  LogEntry operator()(const SpillFailed& event) const {
    return {LogLevel::kError,
            event.lost ? "records_lost" : "spill_failed",
            {{"run_id", event.run_id}, {"reason", event.error}}};
  }
  LogEntry operator()(const SpoolCollected& event) const {
    return {event.confirmed < event.sessions ? LogLevel::kWarning : LogLevel::kInfo,
            "spool_collected",
            {{"run_id", event.run_id},
             {"controller", event.controller},
             {"sessions", event.sessions},
             {"confirmed", event.confirmed}}};
  }
  LogEntry operator()(const SpoolDeleted& event) const {
    return {LogLevel::kWarning,
            "spool_deleted",
            {{"spool", event.spool}, {"bytes", event.bytes}, {"reason", event.reason}}};
  }
  LogEntry operator()(const Refused& event) const {
    return {LogLevel::kWarning,
            "refused",
            {{"controller", event.controller}, {"reason", event.message}}};
  }
  LogEntry operator()(const GrpcTrouble& event) const {
    return {LogLevel::kWarning, "grpc", {{"message", event.message}}};
  }
  LogEntry operator()(const Inspected& event) const {
    return {LogLevel::kDebug, "inspected", {{"controller", event.controller}}};
  }
  LogEntry operator()(const CasePrepared& event) const {
    LogEntry entry{LogLevel::kInfo,
                   "case_prepared",
                   {{"run_id", event.run_id},
                    {"case", event.case_index + 1},
                    {"engine_type", event.engine_type},
                    {"engine", event.engine_address},
                    {"concurrency", event.concurrency}}};
    if (event.rate_per_s > 0) entry.fields.push_back({"rate_per_s", event.rate_per_s});
    return entry;
  }
  LogEntry operator()(const CaseRejected& event) const {
    return {LogLevel::kWarning,
            "case_rejected",
            {{"run_id", event.run_id}, {"case", event.case_index + 1}, {"reason", event.error}}};
  }
  LogEntry operator()(const CaseStarted& event) const {
    return {LogLevel::kInfo,
            "case_started",
            {{"run_id", event.run_id},
             {"case", event.case_index + 1},
             {"starts_in_s", ToSeconds(event.starts_in_ns)}}};
  }
  LogEntry operator()(const CaseEnded& event) const {
    const LoadCounts& counts = event.counts;
    LogEntry entry{event.gave_up.empty() ? LogLevel::kInfo : LogLevel::kWarning,
                   "case_ended",
                   {{"run_id", event.run_id},
                    {"case", event.case_index + 1},
                    {"started", counts.started},
                    {"ok", counts.tally.ok},
                    {"failed", counts.tally.failed_in_all()},
                    {"cancelled", counts.tally.cancelled},
                    {"not_sent", counts.tally.not_sent},
                    {"busy_share_max", event.busy_share_max},
                    {"loop_lag_p99_s", ToSeconds(event.loop_lag_p99_ns)},
                    {"starved_s", ToSeconds(counts.starved_slot_ns)}}};
    for (int i = 0; i < kErrorClassCount; ++i) {
      const uint64_t failed = counts.tally.failed[static_cast<size_t>(i)];
      if (failed > 0) entry.fields.push_back({ErrorClassName(static_cast<ErrorClass>(i)), failed});
    }
    if (!event.gave_up.empty()) entry.fields.push_back({"gave_up", event.gave_up});
    return entry;
  }
  LogEntry operator()(const ControllerSilent& event) const {
    return {LogLevel::kWarning,
            "controller_silent",
            {{"run_id", event.run_id}, {"silent_s", ToSeconds(event.silent_ns)}}};
  }
  LogEntry operator()(const ControllerHeard& event) const {
    return {LogLevel::kInfo, "controller_heard", {{"run_id", event.run_id}}};
  }
  LogEntry operator()(const LeaseLost& event) const {
    return {LogLevel::kError,
            "lease_lost",
            {{"run_id", event.run_id}, {"silent_s", ToSeconds(event.silent_ns)}}};
  }
  LogEntry operator()(const DrainBegan& event) const {
    return {LogLevel::kInfo,
            "drain",
            {{"reason", event.reason}, {"timeout_s", ToSeconds(event.timeout_ns)}}};
  }
};

}  // namespace

LogEntry ToLogEntry(const ServiceEvent& event) { return std::visit(ToEntry(), event); }

}  // namespace monsoon
