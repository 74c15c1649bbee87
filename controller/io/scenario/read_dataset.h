// Reads one `dataset:` mapping of a scenario.
#pragma once

#include <string>

#include "controller/core/scenario/scenario.h"
#include "controller/io/scenario/diagnostics.h"
#include "controller/io/scenario/scenario_source.h"
#include "controller/io/scenario/yaml_node.h"

namespace monsoon {

// Reports everything wrong with it; what could not be read keeps its default.
DatasetSpec ReadDataset(const YamlNode& node, const ScenarioSource& source,
                        Diagnostics& diagnostics);

// Where a tokenizer is asked for in what ReadDataset made `dataset` of, and by which key. Of the
// mapping itself when it is not asked for.
struct TokenizerUse {
  SourceMark mark;
  std::string key;
};
TokenizerUse FindTokenizerUse(const YamlNode& node, const DatasetSpec& dataset);

}  // namespace monsoon
