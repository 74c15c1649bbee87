// The encoding of RequestRecord::gaps and of the column `gaps` in run.db.
//
// A blob is a sequence of unsigned LEB128 varints, one per gap between two consecutive
// token-bearing events, in order. Each value is (gap_ns << 1) | same_read, where same_read = 1 says
// that both events came out of one read, so that the gap is no measurement. The gaps of a request
// add up to last_token_ns - first_token_ns exactly. docs/metrics.md documents this for readers of
// the database; tests/e2e/recompute.py decodes it in six lines of Python.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace monsoon {

struct Gap {
  int64_t gap_ns = 0;  // >= 0
  bool same_read = false;

  friend bool operator==(const Gap&, const Gap&) = default;
};

// An answer whose gaps take more fails (kLineTooLong), so that a record always fits into a message:
// with them, the longest text (kMaxAnswerTextBytes) and its runs it stays below kMaxMessageBytes of
// common/wire/protocol.h. Over three million events, however far apart.
inline constexpr size_t kMaxGapsBytes = 16 << 20;

// Appends one gap to `blob`; 1-10 bytes. Does not allocate while blob has capacity left.
// REQUIRES: gap.gap_ns >= 0.
void AppendGap(Gap gap, std::string& blob);

// All gaps of `blob`; DATA_LOSS when it ends inside a varint or holds one of over 64 bits.
absl::StatusOr<std::vector<Gap>> DecodeGaps(std::string_view blob);
// The same into `gaps`, whose memory is used again; unspecified after an error.
absl::Status DecodeGaps(std::string_view blob, std::vector<Gap>& gaps);

}  // namespace monsoon
