#include "controller/core/dataset/dataset_summary.h"

#include <algorithm>
#include <vector>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/core/dataset/prompt_tokens.h"

namespace monsoon {
namespace {

// "LABEL: 3 shortest, 5 median, 9 longest"; of an even number the lower median.
std::string Spread(std::string_view label, std::vector<int64_t> values) {
  std::sort(values.begin(), values.end());
  return StrCat("; ", label, ": ", values.front(), " shortest, ", values[(values.size() - 1) / 2],
                " median, ", values.back(), " longest");
}

std::string LeftOut(const DatasetStats& stats) {
  const int64_t by_tokens = stats.filtered_by_tokens;
  const int64_t by_length = stats.filtered - by_tokens - stats.lacking;
  std::string text;
  const auto add = [&text](int64_t count, std::string_view why) {
    if (count > 0) text += StrCat(text.empty() ? "; left out: " : ", ", count, " ", why);
  };
  add(by_length, "by length in characters");
  add(by_tokens, "by length in tokens");
  add(stats.lacking, "without a prompt or a reference answer");
  add(stats.skipped_bad, "malformed");
  if (stats.skipped_bad > 0) text += StrCat(" (first: ", stats.first_bad, ")");
  return text;
}

}  // namespace

absl::StatusOr<std::string> SummarizeDataset(const DatasetSpec& spec, Dataset& dataset,
                                             int64_t used, const ModelSpec& model,
                                             const Tokenizer* tokenizer) {
  const DatasetStats& stats = dataset.stats();
  std::string text = StrCat("dataset ", spec.name, ": ", dataset.size(),
                            spec.batch_size > 1 ? " batch" : " prompt",
                            dataset.size() == 1   ? ""
                            : spec.batch_size > 1 ? "es"
                                                  : "s",
                            spec.batch_size > 1 ? StrCat(" of ", spec.batch_size, " texts") : "");
  if (spec.format != DatasetFormat::kRandom) text += StrCat(", of ", stats.read, " entries read");
  text += LeftOut(stats);
  std::vector<int64_t> inputs;
  std::vector<int64_t> outputs;
  for (int64_t i = 0; i < std::min(used, dataset.size()); ++i) {
    ASSIGN_OR_RETURN(const Item item, dataset.Read(i));
    if (tokenizer != nullptr) inputs.push_back(PromptTokens(*tokenizer).Count(item));
    if (item.output_tokens > 0) outputs.push_back(item.output_tokens);
  }
  if (!inputs.empty()) text += Spread(StrCat("tokens by ", model.name), std::move(inputs));
  if (!outputs.empty()) text += Spread("answers", std::move(outputs));
  return text;
}

}  // namespace monsoon
