// Words for ranges, as messages use them: "a whole number from 1 to 1000000".
#pragma once

#include <cstdint>
#include <string>

#include "controller/core/scenario/ranges.h"

namespace monsoon {

std::string DescribeIntRange(const Range<int64_t>& range);
std::string DescribeNumberRange(const Range<double>& range);
// Bounds in ns.
std::string DescribeDurationRange(const Range<int64_t>& range);
std::string DescribeByteRange(const Range<int64_t>& range);

}  // namespace monsoon
