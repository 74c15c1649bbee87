#include "controller/io/scenario/value_format.h"

#include <limits>

#include "common/base/str_cat.h"
#include "common/time/duration_text.h"
#include "controller/core/scenario/value_text.h"

namespace monsoon {
namespace {

std::string Bounds(bool above_min, const std::string& min, const std::string& max) {
  return above_min ? StrCat("above ", min, " and at most ", max)
                   : StrCat("from ", min, " to ", max);
}

}  // namespace

std::string DescribeIntRange(const Range<int64_t>& range) {
  using Limits = std::numeric_limits<int64_t>;
  if (range.min == Limits::min()) return "a whole number";
  if (range.max == Limits::max()) return StrCat("a whole number, ", range.min, " or more");
  return StrCat("a whole number ", Bounds(false, StrCat(range.min), StrCat(range.max)));
}

std::string DescribeNumberRange(const Range<double>& range) {
  return StrCat("a number ",
                Bounds(range.above_min, FormatNumber(range.min), FormatNumber(range.max)));
}

std::string DescribeDurationRange(const Range<int64_t>& range) {
  return StrCat("a duration with a unit, such as 30s, 250ms or 5m, ",
                Bounds(range.above_min, FormatDurationNs(range.min), FormatDurationNs(range.max)));
}

std::string DescribeByteRange(const Range<int64_t>& range) {
  return StrCat("a number of bytes, such as 16MiB or 1048576, ",
                Bounds(range.above_min, FormatByteSize(range.min), FormatByteSize(range.max)));
}

}  // namespace monsoon
