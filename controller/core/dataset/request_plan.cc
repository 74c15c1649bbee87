#include "controller/core/dataset/request_plan.h"

#include <limits>

#include "absl/status/status.h"

#include "common/base/str_cat.h"

namespace monsoon {

absl::StatusOr<RequestPlan> RequestPlan::Make(int64_t dataset_size, int64_t requests,
                                              int64_t warmup) {
  if (dataset_size < 1) {
    return absl::InvalidArgumentError("the dataset has no prompt to send; give it at least one");
  }
  if (requests < 1 || warmup < 0 || requests > std::numeric_limits<int64_t>::max() - warmup) {
    return absl::InvalidArgumentError(StrCat(
        "cannot plan ", requests, " requests after ", warmup,
        " warm-up requests; requests must be 1 or more, warmup 0 or more, in sensible numbers"));
  }
  return RequestPlan(dataset_size, requests, warmup);
}

}  // namespace monsoon
