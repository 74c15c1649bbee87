#include "common/model/agent_case.h"

#include "common/base/str_cat.h"

namespace monsoon {

std::string RequestIdFor(const std::string& run_id, int32_t case_index, uint64_t request_index) {
  return StrCat(run_id, ".", case_index, ".", request_index);
}

}  // namespace monsoon
