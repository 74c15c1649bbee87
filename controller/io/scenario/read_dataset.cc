#include "controller/io/scenario/read_dataset.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"

#include "common/base/nearest_name.h"
#include "common/base/str_cat.h"
#include "controller/core/scenario/ranges.h"
#include "controller/io/scenario/map_reader.h"
#include "controller/io/scenario/read_hub.h"
#include "controller/io/scenario/read_label.h"
#include "controller/io/scenario/read_token_length.h"

namespace monsoon {
namespace {

void ReadDatasetFormat(MapReader& map, DatasetSpec& dataset) {
  std::vector<std::pair<std::string_view, DatasetFormat>> formats;
  const std::vector<std::string> names = DatasetFormatNames();
  for (const std::string& name : names) formats.emplace_back(name, *DatasetFormatFromName(name));
  map.ReadChoice("format", formats, dataset.format);
  if (map.Has("format")) {
    if (!map.Has("name")) dataset.name = std::string(DatasetFormatName(dataset.format));
    return;
  }
  const std::optional<DatasetFormat> implied = DatasetFormatFromName(dataset.name);
  if (implied.has_value()) {
    dataset.format = *implied;
  } else if (const YamlNode* node = map.Find("name"); node != nullptr && node->IsScalar()) {
    const std::optional<std::string> nearest = NearestName(dataset.name, names);
    map.Complain("name", *node,
                 StrCat("one of ", absl::StrJoin(names, ", "),
                        nearest.has_value() ? StrCat("; did you mean '", *nearest, "'?") : "",
                        " (any other label needs `format`)"));
  }
}

std::string LimitsCross(std::string_view what, int64_t min, int64_t max) {
  return StrCat("dataset: min_", what, " (", min, ") is above max_", what, " (", max,
                "): no prompt could be long enough; expected at most as many");
}

constexpr auto kSharegpt = DatasetFormat::kSharegpt;
constexpr auto kMessages = DatasetFormat::kMessages;
constexpr auto kRandom = DatasetFormat::kRandom;
constexpr auto kEmbedding = DatasetFormat::kEmbedding;
constexpr auto kRerank = DatasetFormat::kRerank;

// Keys that mean nothing with some formats, and why.
struct ForeignKey {
  std::string_view key;
  bool foreign;
  std::string_view why;
};

std::vector<ForeignKey> ForeignKeys(DatasetFormat format) {
  const bool made = format == kRandom;
  const bool no_answer = format == kEmbedding || format == kRerank;
  constexpr std::string_view kMade = "its prompts are made, not read from a file";
  constexpr std::string_view kOnlyRandom = "only random makes prompts";
  constexpr std::string_view kBust = "every prompt is new, and its length would change";
  return {{"path", made, kMade},
          {"hub", made, kMade},
          {"revision", made, kMade},
          {"sha256", made, kMade},
          {"min_prompt_length", made, kMade},
          {"max_prompt_length", made, kMade},
          {"min_prompt_tokens", made, "input_tokens says how long its prompts are"},
          {"max_prompt_tokens", made, "input_tokens says how long its prompts are"},
          {"order", made, kMade},
          {"on_bad_line", made, kMade},
          {"cache_bust", made, kBust},
          {"output_tokens", no_answer, "its requests generate no tokens"},
          {"turns", format != kSharegpt, "only sharegpt has conversations to choose from"},
          {"batch_size", format != kEmbedding, "only embedding sends several texts in a request"},
          {"input_tokens", !made, kOnlyRandom},
          {"prefix_tokens", !made, kOnlyRandom},
          {"prompts", !made, kOnlyRandom}};
}

void RejectForeignKeys(MapReader& map, DatasetFormat format) {
  for (const ForeignKey& key : ForeignKeys(format)) {
    if (!map.Has(key.key) || !key.foreign) continue;
    map.Complain(key.key,
                 StrCat("no such key with format ", DatasetFormatName(format), ": ", key.why));
  }
}

// Upper limits may be null.
void ReadUpperLimit(MapReader& map, std::string_view key, int64_t& limit) {
  std::optional<int64_t> read = limit;
  map.ReadOptionalInt(key, kPromptLengthRange, read);
  limit = read.value_or(kPromptLengthRange.max);
}

void ReadPromptLengths(MapReader& map, DatasetSpec& dataset) {
  map.ReadInt("min_prompt_length", kPromptLengthRange, dataset.min_prompt_length);
  ReadUpperLimit(map, "max_prompt_length", dataset.max_prompt_length);
  map.ReadInt("min_prompt_tokens", kPromptLengthRange, dataset.min_prompt_tokens);
  ReadUpperLimit(map, "max_prompt_tokens", dataset.max_prompt_tokens);
  if (dataset.min_prompt_length > dataset.max_prompt_length) {
    map.Report("min_prompt_length",
               LimitsCross("prompt_length", dataset.min_prompt_length, dataset.max_prompt_length));
  }
  if (dataset.min_prompt_tokens > dataset.max_prompt_tokens) {
    map.Report("min_prompt_tokens",
               LimitsCross("prompt_tokens", dataset.min_prompt_tokens, dataset.max_prompt_tokens));
  }
}

void ReadFileKeys(MapReader& map, const ScenarioSource& source, DatasetSpec& dataset) {
  ReadDatasetSource(map, source, dataset);
  ReadPromptLengths(map, dataset);
  map.ReadChoice<DatasetOrder>(
      "order",
      {{DatasetOrderName(DatasetOrder::kSequential), DatasetOrder::kSequential},
       {DatasetOrderName(DatasetOrder::kShuffle), DatasetOrder::kShuffle}},
      dataset.order);
  map.ReadChoice<OnBadLine>("on_bad_line",
                            {{OnBadLineName(OnBadLine::kError), OnBadLine::kError},
                             {OnBadLineName(OnBadLine::kSkip), OnBadLine::kSkip}},
                            dataset.on_bad_line);
  map.ReadBool("cache_bust", dataset.cache_bust);
  map.ReadChoice<ConversationTurns>(
      "turns",
      {{ConversationTurnsName(ConversationTurns::kFirst), ConversationTurns::kFirst},
       {ConversationTurnsName(ConversationTurns::kAll), ConversationTurns::kAll}},
      dataset.turns);
  map.ReadInt("batch_size", kBatchSizeRange, dataset.batch_size);
}

void ReadRandomKeys(MapReader& map, DatasetSpec& dataset) {
  RequireKey(map, "input_tokens", "how many tokens each prompt is to have");
  map.ReadInt("prefix_tokens", kPrefixTokensRange, dataset.prefix_tokens);
  ReadTokenLength(map, "input_tokens", ReferenceAllowed::kNo, dataset.prefix_tokens + 1,
                  dataset.input_tokens);
  map.ReadInt("prompts", kRequestsRange, dataset.prompts);
  if (dataset.input_tokens.law == LengthLaw::kUnset) {
    dataset.input_tokens = {.law = LengthLaw::kFixed, .mean = kTokensRange.max};
  }
  const int64_t shortest = ShortestLength(dataset.input_tokens);
  if (dataset.prefix_tokens >= shortest) {
    map.Report("prefix_tokens",
               StrCat("dataset: prefix_tokens (", dataset.prefix_tokens,
                      ") leaves nothing of the shortest prompt, which has ", shortest,
                      " tokens (the prefix is part of input_tokens): expected fewer"));
  }
}

bool HasReferenceAnswers(DatasetFormat format) {
  return format == kSharegpt || format == kMessages || format == DatasetFormat::kLongalpaca;
}

}  // namespace

DatasetSpec ReadDataset(const YamlNode& node, const ScenarioSource& source,
                        Diagnostics& diagnostics) {
  DatasetSpec dataset;
  MapReader map(node, "dataset", diagnostics);
  if (!node.IsMap()) return dataset;
  if (!map.Has("format")) {
    RequireKey(map, "name", StrCat(absl::StrJoin(DatasetFormatNames(), ", "), " or a label"));
  }
  ReadLabel(map, "name", dataset.name);
  const size_t errors_before = diagnostics.count();
  ReadDatasetFormat(map, dataset);
  const bool format_known = diagnostics.count() == errors_before;
  if (format_known) RejectForeignKeys(map, dataset.format);
  if (dataset.format == kRandom) {
    ReadRandomKeys(map, dataset);
  } else {
    ReadFileKeys(map, source, dataset);
  }
  ReadTokenLength(
      map, "output_tokens",
      HasReferenceAnswers(dataset.format) ? ReferenceAllowed::kYes : ReferenceAllowed::kNo,
      kTokensRange.min, dataset.output_tokens);
  for (const ForeignKey& key : ForeignKeys(dataset.format)) map.Has(key.key);
  map.RejectUnknownKeys();
  return dataset;
}

TokenizerUse FindTokenizerUse(const YamlNode& node, const DatasetSpec& dataset) {
  for (const std::string_view key : {"input_tokens", "min_prompt_tokens", "max_prompt_tokens"}) {
    const YamlNode* const value = node.Find(key);
    if (value != nullptr && dataset.needs_tokenizer()) return {value->mark, std::string(key)};
  }
  const YamlNode* const output = node.Find("output_tokens");
  if (output != nullptr && dataset.output_tokens.reference()) {
    return {output->mark, "output_tokens"};
  }
  return {node.mark, ""};
}

}  // namespace monsoon
