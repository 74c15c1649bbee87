// Requests of a plan, by index, as ranges: of millions that were never handed out, a few numbers.
// Pure.
#pragma once

#include <cstdint>
#include <vector>

namespace monsoon {

struct IndexRange {
  uint64_t begin = 0;
  uint64_t end = 0;  // not in it

  friend bool operator==(const IndexRange&, const IndexRange&) = default;
};

using IndexRanges = std::vector<IndexRange>;

// Ascending, none empty, none touching the next. REQUIRES: `indices` ascending and below `rest`.
IndexRanges MakeRanges(const std::vector<uint64_t>& indices, IndexRange rest = {});
uint64_t CountOf(const IndexRanges& ranges);

}  // namespace monsoon
