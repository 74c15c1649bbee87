// What a dataset gives, in a sentence, for `controller validate`. Pure but for reading the dataset.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

#include "controller/core/dataset/dataset.h"
#include "controller/core/scenario/scenario.h"
#include "controller/core/tokens/tokenizer.h"

namespace monsoon {

// "dataset openqa: 272 prompts, of 275 entries read; left out: 2 by length in characters, 1
// malformed (first: FILE:3:1: ...); tokens by qwen2-7b: 12 shortest, 23 median, 54 longest". Counts
// the tokens of the `used` prompts that a run sends; none where `tokenizer` is nullptr. An error is
// the dataset's.
absl::StatusOr<std::string> SummarizeDataset(const DatasetSpec& spec, Dataset& dataset,
                                             int64_t used, const ModelSpec& model,
                                             const Tokenizer* tokenizer);

}  // namespace monsoon
