#include "controller/io/run/case_source.h"

#include <utility>

#include "common/base/status_macros.h"

namespace monsoon {

absl::StatusOr<PlannedRequest> CaseSource::Get(uint64_t index) {
  const auto position = static_cast<int64_t>(index);
  if (mark_ != nullptr) RETURN_IF_ERROR(mark_->Cover(index));
  ASSIGN_OR_RETURN(Item item, dataset_.Read(plan_.PositionOf(position)));
  PlannedRequest request;
  request.item_id = ComputeItemId(item);
  request.item = std::move(item);
  request.warmup = plan_.IsWarmup(position);
  // Requests are first asked for in plan order; one that was called back is asked for again.
  if (index == noted_) {
    repeats_.Note(request.item_id, request.warmup);
    ++noted_;
  }
  return request;
}

}  // namespace monsoon
