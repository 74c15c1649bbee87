#include "controller/io/dataset/open_dataset.h"

#include "common/base/str_cat.h"
#include "controller/io/dataset/file_dataset.h"
#include "controller/io/dataset/random_dataset.h"

namespace monsoon {

absl::StatusOr<std::unique_ptr<Dataset>> OpenDataset(const DatasetSpec& spec, uint64_t seed,
                                                     int64_t needed, const Tokenizer* tokenizer,
                                                     const DatasetProgressSink& progress) {
  if (needed < 1) {
    return absl::InvalidArgumentError(
        StrCat("dataset ", spec.path, ": ", needed, " prompts asked for; ask for at least 1"));
  }
  if (spec.needs_tokenizer() && tokenizer == nullptr) {
    return absl::InvalidArgumentError(StrCat("dataset ", spec.name,
                                             " counts tokens and the model has no tokenizer; name "
                                             "one in model.tokenizer"));
  }
  return spec.format == DatasetFormat::kRandom
             ? OpenRandomDataset(spec, seed, needed, *tokenizer, progress)
             : OpenFileDataset(spec, seed, needed, tokenizer, progress);
}

}  // namespace monsoon
