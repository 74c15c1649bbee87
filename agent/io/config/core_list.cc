#include "agent/io/config/core_list.h"

#include <sched.h>

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "common/base/str_cat.h"

namespace monsoon {

std::vector<int> UsableCores() {
  std::vector<int> cores;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return cores;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &set)) cores.push_back(core);
  }
  return cores;
}

absl::StatusOr<std::vector<int>> ParseCoreList(std::string_view text,
                                               const std::vector<int>& usable) {
  std::vector<int> cores;
  for (const absl::string_view part : absl::StrSplit(ToAbsl(text), ',')) {
    const std::vector<absl::string_view> ends = absl::StrSplit(part, absl::MaxSplits('-', 1));
    int first = 0;
    int last = 0;
    if (!absl::SimpleAtoi(ends.front(), &first) || !absl::SimpleAtoi(ends.back(), &last) ||
        first < 0 || last < first || last >= CPU_SETSIZE) {
      return absl::InvalidArgumentError(
          StrCat("'", part, "' is no core; expected numbers and ranges such as 2,3 or 4-7"));
    }
    for (int core = first; core <= last; ++core) {
      if (std::find(usable.begin(), usable.end(), core) == usable.end()) {
        return absl::InvalidArgumentError(
            StrCat("core ", core,
                   " is not among those this process may use: ", absl::StrJoin(usable, ",")));
      }
      if (std::find(cores.begin(), cores.end(), core) != cores.end()) {
        return absl::InvalidArgumentError(StrCat("core ", core, " is named twice"));
      }
      cores.push_back(core);
    }
  }
  return cores;
}

}  // namespace monsoon
