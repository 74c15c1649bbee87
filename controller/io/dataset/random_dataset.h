// OpenRandomDataset: prompts of random tokens (controller/core/dataset/random_prompts.h) behind the
// Dataset interface. All are made when it is opened, on all cores, and spooled to a temporary file,
// so that nothing is computed while a run sends. Memory: 16 bytes per prompt, and 64 prompts.
#pragma once

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"

#include "controller/core/dataset/dataset.h"
#include "controller/core/scenario/scenario.h"
#include "controller/io/dataset/open_dataset.h"

namespace monsoon {

// spec.prompts of them, or `needed` when it leaves that open. Errors of RandomPrompts and
// SpoolFile.
absl::StatusOr<std::unique_ptr<Dataset>> OpenRandomDataset(const DatasetSpec& spec, uint64_t seed,
                                                           int64_t needed,
                                                           const Tokenizer& tokenizer,
                                                           const DatasetProgressSink& progress);

}  // namespace monsoon
