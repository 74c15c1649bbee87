// CaseSource: the plan of one case drawn from its dataset.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"

#include "controller/core/dataset/dataset.h"
#include "controller/core/dataset/repeat_tracker.h"
#include "controller/core/dataset/request_plan.h"
#include "controller/core/load/arrival_schedule.h"
#include "controller/core/run/work_source.h"
#include "controller/io/store/handed_mark.h"

namespace monsoon {

class CaseSource final : public WorkSource {
 public:
  // Both outlive the source; BeginCase was called on `repeats`, which notes every request once.
  // `schedule`: of an open loop; nullopt in a closed one. `mark`, unless nullptr, is told of every
  // request before it is given away.
  CaseSource(Dataset* dataset, RequestPlan plan, RepeatTracker* repeats,
             std::optional<ArrivalSchedule> schedule, HandedMark* mark = nullptr)
      : dataset_(*dataset),
        plan_(plan),
        repeats_(*repeats),
        schedule_(std::move(schedule)),
        mark_(mark) {}

  uint64_t total() const override { return static_cast<uint64_t>(plan_.total()); }
  absl::StatusOr<PlannedRequest> Get(uint64_t index) override;
  int64_t DueNs(uint64_t index) override { return schedule_ ? schedule_->At(index) : kNever; }

 private:
  Dataset& dataset_;
  const RequestPlan plan_;
  RepeatTracker& repeats_;
  std::optional<ArrivalSchedule> schedule_;
  HandedMark* const mark_;
  uint64_t noted_ = 0;
};

}  // namespace monsoon
