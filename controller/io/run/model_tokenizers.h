// ModelTokenizers: the tokenizers of a run's models. Each path is opened once, when it is first
// checked or asked for, and an error is remembered: a big vocabulary takes about a second to load.
// One object serves one thread; the tokenizers that it owns may be used from any.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"

#include "controller/core/scenario/scenario.h"
#include "controller/core/tokens/tokenizer.h"

namespace monsoon {

class ModelTokenizers {
 public:
  // Opens what `model.tokenizer` names: a tokenizer.json or its folder.
  using Opener = std::function<absl::StatusOr<std::unique_ptr<Tokenizer>>(const std::string& path)>;

  explicit ModelTokenizers(Opener open) : open_(std::move(open)) {}

  // Whether there is a tokenizer at `path`: what the scenario's reader asks of each that is named.
  absl::Status Check(const std::string& path) { return Open(path).status(); }

  // nullptr when the model names no tokenizer. An error is the opener's, with the model's name
  // before it. What it points to lives as long as this object.
  absl::StatusOr<const Tokenizer*> For(const ModelSpec& model);

 private:
  const absl::StatusOr<std::unique_ptr<Tokenizer>>& Open(const std::string& path);

  Opener open_;
  std::map<std::string, absl::StatusOr<std::unique_ptr<Tokenizer>>> opened_;  // by path
};

}  // namespace monsoon
