#include "controller/core/scenario/matrix.h"

#include <algorithm>
#include <limits>

#include "absl/container/flat_hash_map.h"

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

class Expander {
 public:
  explicit Expander(const std::vector<SubMatrix>& matrices) : matrices_(matrices) {}

  Expansion Run() {
    for (size_t matrix = 0; matrix < matrices_.size(); ++matrix) ExpandOne(matrix);
    return std::move(expansion_);
  }

 private:
  void ExpandOne(size_t matrix) {
    const SubMatrix& axes = matrices_[matrix];
    CaseOrigin at{.matrix = matrix};
    for (at.model = 0; at.model < axes.models.size(); ++at.model) {
      for (at.dataset = 0; at.dataset < axes.datasets.size(); ++at.dataset) {
        for (at.concurrency = 0; at.concurrency < axes.concurrencies.size(); ++at.concurrency) {
          for (at.engine = 0; at.engine < axes.engines.size(); ++at.engine) AddCase(axes, at);
        }
      }
    }
  }

  void AddCase(const SubMatrix& axes, const CaseOrigin& at) {
    CaseSpec spec = axes.base;
    spec.model = axes.models[at.model];
    spec.dataset = axes.datasets[at.dataset];
    spec.concurrency = axes.concurrencies[at.concurrency];
    spec.engine = axes.engines[at.engine];
    spec.name = CaseName(spec.model.name, spec.dataset.name, spec.concurrency, spec.engine.name);
    spec.index = static_cast<int32_t>(expansion_.cases.size());
    const auto [known, is_new] = origins_.try_emplace(spec.name, at);
    if (is_new) {
      expansion_.cases.push_back(std::move(spec));
    } else {
      expansion_.duplicates.push_back({std::move(spec.name), known->second, at});
    }
  }

  const std::vector<SubMatrix>& matrices_;
  Expansion expansion_;
  absl::flat_hash_map<std::string, CaseOrigin> origins_;
};

}  // namespace

std::string CaseName(std::string_view model, std::string_view dataset, int64_t concurrency,
                     std::string_view engine) {
  return StrCat(model, "/", dataset, "/c", concurrency, "/", engine);
}

uint64_t CountCases(const std::vector<SubMatrix>& matrices) {
  constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();
  uint64_t total = 0;
  for (const SubMatrix& matrix : matrices) {
    uint64_t product = 1;
    for (const size_t size : {matrix.models.size(), matrix.datasets.size(),
                              matrix.concurrencies.size(), matrix.engines.size()}) {
      product = size != 0 && product > kMax / size ? kMax : product * size;
    }
    total += std::min(product, kMax - total);
  }
  return total;
}

Expansion ExpandCases(const std::vector<SubMatrix>& matrices) { return Expander(matrices).Run(); }

}  // namespace monsoon
