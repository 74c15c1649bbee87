// OpenTokenizer: a model's tokenizer from a tokenizer.json (Hugging Face's format) or the folder
// that has it. Reads the file whole and builds its tables: half a second for a vocabulary of 150
// 000.
//
// Errors are sentences that begin with the path and say what to do: no such file, a folder with
// another kind of vocabulary, a file that is something else, a program that was built without
// tokenizers (docs/development.md). Threads: any.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "controller/core/tokens/tokenizer.h"

namespace monsoon {

absl::StatusOr<std::unique_ptr<Tokenizer>> OpenTokenizer(const std::string& path);

}  // namespace monsoon
