#include "controller/io/scenario/read_dataset.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"

#include "common/base/nearest_name.h"
#include "common/base/str_cat.h"
#include "controller/core/scenario/checks.h"
#include "controller/core/scenario/ranges.h"
#include "controller/io/scenario/map_reader.h"
#include "controller/io/scenario/read_label.h"
#include "controller/io/scenario/read_paths.h"

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

void ReadPromptLengths(MapReader& map, DatasetSpec& dataset) {
  map.ReadInt("min_prompt_length", kPromptLengthRange, dataset.min_prompt_length);
  std::optional<int64_t> max = dataset.max_prompt_length;
  map.ReadOptionalInt("max_prompt_length", kPromptLengthRange, max);
  dataset.max_prompt_length = max.value_or(kPromptLengthRange.max);
  if (const absl::Status status = CheckDataset(dataset); !status.ok()) {
    map.Report("min_prompt_length", StrCat("dataset: ", status.message()));
  }
}

}  // namespace

DatasetSpec ReadDataset(const YamlNode& node, const ScenarioSource& source,
                        Diagnostics& diagnostics) {
  DatasetSpec dataset;
  MapReader map(node, "dataset", diagnostics);
  if (!node.IsMap()) return dataset;
  if (!map.Has("format")) RequireKey(map, "name", "openqa, longalpaca, line_by_line or a label");
  ReadLabel(map, "name", dataset.name);
  ReadDatasetFormat(map, dataset);
  RequireKey(map, "path", "the dataset's file");
  ReadPath(map, "path", WantedPath::kFile, source, dataset.path);
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
  map.RejectUnknownKeys();
  return dataset;
}

}  // namespace monsoon
