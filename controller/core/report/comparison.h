// Groups a run's cases for the side-by-side table: those that differ in nothing but the engine
// stand together.
//
// Pure; the groups point into the RunReport, which must outlive them.
#pragma once

#include <string>
#include <vector>

#include "controller/core/report/case_report.h"

namespace monsoon {

struct ComparisonGroup {
  std::string model;
  std::string dataset;
  std::string load;  // LoadSentence: "8 requests in flight", "100/s, constant rate"
  std::vector<const CaseReport*> cases;  // >= 1, in the order of the run
};

// In order of first appearance.
std::vector<ComparisonGroup> GroupForComparison(const RunReport& report);

}  // namespace monsoon
