// OpenFileDataset: a dataset that stands in a file (OpenDataset says all about it).
#pragma once

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"

#include "controller/core/dataset/dataset.h"
#include "controller/core/scenario/scenario.h"
#include "controller/io/dataset/open_dataset.h"

namespace monsoon {

// REQUIRES: `tokenizer` is there when spec.needs_tokenizer(); needed >= 1.
absl::StatusOr<std::unique_ptr<Dataset>> OpenFileDataset(const DatasetSpec& spec, uint64_t seed,
                                                         int64_t needed, const Tokenizer* tokenizer,
                                                         const DatasetProgressSink& progress);

}  // namespace monsoon
