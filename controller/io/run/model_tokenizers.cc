#include "controller/io/run/model_tokenizers.h"

#include "common/base/str_cat.h"

namespace monsoon {

const absl::StatusOr<std::unique_ptr<Tokenizer>>& ModelTokenizers::Open(const std::string& path) {
  const auto found = opened_.find(path);
  return found != opened_.end() ? found->second : opened_.emplace(path, open_(path)).first->second;
}

absl::StatusOr<const Tokenizer*> ModelTokenizers::For(const ModelSpec& model) {
  if (model.tokenizer.empty()) return nullptr;
  const absl::StatusOr<std::unique_ptr<Tokenizer>>& opened = Open(model.tokenizer);
  if (opened.ok()) return opened->get();
  return absl::Status(opened.status().code(),
                      StrCat("model ", model.name, ": ", ToStd(opened.status().message())));
}

}  // namespace monsoon
