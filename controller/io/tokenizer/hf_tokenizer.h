// Hugging Face's `tokenizers`, the library that engines' own counts come from, as a Tokenizer. It
// is Rust (rust/); a build without Rust has no_tokenizer.cc in place of hf_tokenizer.cc.
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"

#include "controller/core/tokens/tokenizer.h"

namespace monsoon {

// Whether this build can open any.
bool HasTokenizers();

// From the content of a tokenizer.json. The error is half a sentence that goes on after the file's
// name.
absl::StatusOr<std::unique_ptr<Tokenizer>> MakeHfTokenizer(std::string_view json);

}  // namespace monsoon
