#include "controller/core/report/comparison.h"

#include <algorithm>

namespace monsoon {

std::vector<ComparisonGroup> GroupForComparison(const RunReport& report) {
  std::vector<ComparisonGroup> groups;
  for (const CaseReport& one : report.cases) {
    const CaseSpec& spec = one.facts.spec;
    const std::string load = LoadSentence(spec.load, spec.concurrency);
    auto group = std::find_if(groups.begin(), groups.end(), [&](const ComparisonGroup& other) {
      return other.model == spec.model.name && other.dataset == spec.dataset.name &&
             other.load == load;
    });
    if (group == groups.end()) {
      groups.push_back({spec.model.name, spec.dataset.name, load, {}});
      group = groups.end() - 1;
    }
    group->cases.push_back(&one);
  }
  return groups;
}

}  // namespace monsoon
