// HandedMark: the high-water mark of what a case has handed out, committed before the requests are.
//
// After the death of a controller it says which requests no agent can ever have had (RunDb). It
// goes ahead in steps of an eighth of what was handed out, so that it costs a commit for some
// thousands of requests, and in a small case is not far from the truth. The run's thread.
#pragma once

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"

#include "controller/io/store/run_db.h"

namespace monsoon {

class HandedMark {
 public:
  static constexpr uint64_t kMinStep = 64;
  static constexpr uint64_t kMaxStep = 4096;

  // `db` outlives the mark; `total` requests are planned.
  HandedMark(RunDb* db, int32_t case_index, uint64_t total)
      : db_(*db), case_index_(case_index), total_(total) {}

  // To be called before request `index` is handed out. An error: it must not be.
  absl::Status Cover(uint64_t index) {
    if (index < below_) return absl::OkStatus();
    const uint64_t step = std::clamp(index / 8, kMinStep, kMaxStep);
    const uint64_t below = std::min(index + step, std::max(total_, index + 1));
    absl::Status written = db_.WriteHanded(case_index_, below);
    if (written.ok()) below_ = below;
    return written;
  }

 private:
  RunDb& db_;
  const int32_t case_index_;
  const uint64_t total_;
  uint64_t below_ = 0;
};

}  // namespace monsoon
