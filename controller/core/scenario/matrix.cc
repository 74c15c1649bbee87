#include "controller/core/scenario/matrix.h"

#include <algorithm>
#include <limits>

#include "absl/container/flat_hash_map.h"

#include "common/base/str_cat.h"
#include "common/model/engine_type.h"
#include "controller/core/scenario/engine_url.h"

namespace monsoon {
namespace {

size_t LoadCount(const SubMatrix& axes) {
  return axes.loads.empty() ? axes.concurrencies.size() : axes.loads.size();
}

// What a case's engine and the rest of it must know of each other.
void FitEngine(CaseSpec& spec) {
  const EngineRoute* const route = FindEngineRoute(spec.engine.type, spec.engine.route);
  if (route != nullptr) spec.sampling = FitSampling(*route, spec.sampling);
  if (spec.engine.custom.framing == AnswerFraming::kJson) spec.sampling.stream = false;
  CompleteEngineUrl(spec);
}

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
        for (at.load = 0; at.load < LoadCount(axes); ++at.load) {
          for (at.engine = 0; at.engine < axes.engines.size(); ++at.engine) AddCase(axes, at);
        }
      }
    }
  }

  void AddCase(const SubMatrix& axes, const CaseOrigin& at) {
    CaseSpec spec = axes.base;
    spec.model = axes.models[at.model];
    spec.dataset = axes.datasets[at.dataset];
    const bool open = !axes.loads.empty();
    spec.concurrency = open ? 0 : axes.concurrencies[at.load];
    if (open) spec.load = axes.loads[at.load];
    spec.engine = axes.engines[at.engine];
    FitEngine(spec);
    spec.name = CaseName(spec);
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

std::string CaseName(const CaseSpec& spec) {
  return StrCat(spec.model.name, "/", spec.dataset.name, "/",
                LoadLabel(spec.load, spec.concurrency), "/", spec.engine.name);
}

uint64_t CountCases(const std::vector<SubMatrix>& matrices) {
  constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();
  uint64_t total = 0;
  for (const SubMatrix& matrix : matrices) {
    uint64_t product = 1;
    for (const size_t size :
         {matrix.models.size(), matrix.datasets.size(), LoadCount(matrix), matrix.engines.size()}) {
      product = size != 0 && product > kMax / size ? kMax : product * size;
    }
    total += std::min(product, kMax - total);
  }
  return total;
}

Expansion ExpandCases(const std::vector<SubMatrix>& matrices) { return Expander(matrices).Run(); }

}  // namespace monsoon
