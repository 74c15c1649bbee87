// ErrorSamples: the first few distinct messages of each error class, with counts, so that a report
// can show what the engine or the connection said without keeping every message.
//
// Bounded: kMessagesPerClass distinct messages per class and HTTP status; the rest are counted
// together. Owned and used by one thread.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/model/request_record.h"
#include "controller/core/report/case_report.h"

namespace monsoon {

class ErrorSamples {
 public:
  static constexpr size_t kMessagesPerClass = 3;

  // REQUIRES: record.status == RequestStatus::kFailed.
  void Add(const RequestRecord& record);
  // Grouped by class, then status; in each group in order of first appearance.
  std::vector<ErrorSample> Take();

 private:
  std::map<std::pair<ErrorClass, int32_t>, std::vector<ErrorSample>> groups_;
};

}  // namespace monsoon
