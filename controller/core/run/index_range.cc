#include "controller/core/run/index_range.h"

namespace monsoon {
namespace {

void Append(IndexRange range, IndexRanges& ranges) {
  if (range.begin >= range.end) return;
  if (!ranges.empty() && ranges.back().end == range.begin) {
    ranges.back().end = range.end;
  } else {
    ranges.push_back(range);
  }
}

}  // namespace

IndexRanges MakeRanges(const std::vector<uint64_t>& indices, IndexRange rest) {
  IndexRanges ranges;
  for (const uint64_t index : indices) Append({index, index + 1}, ranges);
  Append(rest, ranges);
  return ranges;
}

uint64_t CountOf(const IndexRanges& ranges) {
  uint64_t count = 0;
  for (const IndexRange& range : ranges) count += range.end - range.begin;
  return count;
}

}  // namespace monsoon
