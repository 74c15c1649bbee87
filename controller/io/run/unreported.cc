#include "controller/io/run/unreported.h"

#include <utility>

#include "common/base/status_macros.h"

namespace monsoon {
namespace {

// Of millions that were never sent, few are in memory.
constexpr size_t kBatch = 1000;

}  // namespace

absl::Status WriteUnreported(const UnreportedCase& where, const std::string& agent,
                             RequestStatus status, const IndexRanges& ranges, RunDb& db) {
  std::optional<ArrivalSchedule> schedule = where.schedule;  // it keeps its place
  std::vector<RequestRecord> records;
  const auto write = [&] {
    absl::Status written = db.AppendUnreported(where.case_index, agent, where.request_id_prefix,
                                               where.start_ns, records);
    records.clear();
    return written;
  };
  for (const IndexRange& range : ranges) {
    for (uint64_t request_index = range.begin; request_index < range.end; ++request_index) {
      RequestRecord record;
      record.request_index = request_index;
      record.phase = where.plan.IsWarmup(static_cast<int64_t>(request_index)) ? Phase::kWarmup
                                                                              : Phase::kMeasure;
      record.status = status;
      if (schedule) {
        record.flags = kFlagScheduled;
        if (where.started) record.intended_ns = schedule->At(request_index);
      }
      records.push_back(std::move(record));
      if (records.size() >= kBatch) RETURN_IF_ERROR(write());
    }
  }
  return records.empty() ? absl::OkStatus() : write();
}

}  // namespace monsoon
