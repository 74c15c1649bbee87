#include "controller/io/run/model_tokenizers.h"

#include <utility>

#include "common/base/str_cat.h"

namespace monsoon {

absl::StatusOr<const Tokenizer*> ModelTokenizers::For(const ModelSpec& model) {
  if (model.tokenizer.empty()) return nullptr;
  const auto found = opened_.find(model.tokenizer);
  if (found != opened_.end()) return found->second.get();
  absl::StatusOr<std::unique_ptr<Tokenizer>> opened = open_(model.tokenizer);
  if (!opened.ok()) {
    return absl::Status(opened.status().code(),
                        StrCat("model ", model.name, ": ", ToStd(opened.status().message())));
  }
  return opened_.emplace(model.tokenizer, *std::move(opened)).first->second.get();
}

}  // namespace monsoon
