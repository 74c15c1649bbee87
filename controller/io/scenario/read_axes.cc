#include "controller/io/scenario/read_axes.h"

#include <string>
#include <utility>

#include "common/base/str_cat.h"
#include "controller/core/scenario/checks.h"
#include "controller/core/scenario/ranges.h"
#include "controller/core/scenario/value_text.h"
#include "controller/io/scenario/read_dataset.h"
#include "controller/io/scenario/read_engine.h"
#include "controller/io/scenario/read_label.h"
#include "controller/io/scenario/read_paths.h"

namespace monsoon {
namespace {

void ReadTokenizer(MapReader& map, const ScenarioSource& source, std::string& path) {
  const size_t errors_before = map.diagnostics().count();
  ReadPath(map, "tokenizer", WantedPath::kFileOrFolder, source, path);
  if (path.empty() || !source.check_tokenizer) return;
  if (map.diagnostics().count() > errors_before) return;
  if (const absl::Status status = source.check_tokenizer(path); !status.ok()) {
    map.Report("tokenizer", StrCat(map.FullKey("tokenizer"), ": ", ToStd(status.message())));
  }
}

ModelSpec ReadModel(const YamlNode& node, const ScenarioSource& source, Diagnostics& diagnostics) {
  ModelSpec model;
  if (node.IsScalar()) {
    model.name = node.scalar;
    if (const absl::Status status = CheckLabel(model.name); !status.ok()) {
      diagnostics.Add(node.mark, StrCat("model is ", Describe(node), ": ", status.message()));
    }
    return model;
  }
  if (!node.IsMap()) {
    diagnostics.Add(node.mark, StrCat("model is ", Describe(node),
                                      ": expected a name, or a mapping {name, tokenizer}"));
    return model;
  }
  MapReader map(node, "model", diagnostics);
  RequireKey(map, "name", "the name that the engine serves the model under");
  ReadLabel(map, "name", model.name);
  ReadTokenizer(map, source, model.tokenizer);
  map.RejectUnknownKeys();
  return model;
}

int64_t ReadConcurrency(const YamlNode& node, const ScenarioSource&, Diagnostics& diagnostics) {
  // One value of the list, read like a key of a mapping.
  YamlNode wrapped{.kind = YamlNode::Kind::kMap, .mark = node.mark};
  wrapped.entries.push_back({"concurrency", node.mark, node});
  int64_t concurrency = 1;
  MapReader(wrapped, "", diagnostics).ReadInt("concurrency", kConcurrencyRange, concurrency);
  return concurrency;
}

LoadSpec ReadLoad(const YamlNode& node, const ScenarioSource&, Diagnostics& diagnostics) {
  LoadSpec load;
  if (!node.IsMap()) {
    diagnostics.Add(node.mark, StrCat("load is ", Describe(node),
                                      ": expected a mapping such as {constant: 100/s} or "
                                      "{poisson: 100/s}"));
    return load;
  }
  MapReader map(node, "load", diagnostics);
  for (const LoadLaw law : {LoadLaw::kConstant, LoadLaw::kPoisson}) {
    const std::string_view key = LoadLawName(law);
    const YamlNode* const value = map.Find(key);
    if (value == nullptr) continue;
    const absl::StatusOr<ArrivalRate> rate =
        ParseArrivalRate(value->IsScalar() ? value->scalar : "");
    if (!rate.ok()) map.Complain(key, *value, kRateExpected);
    load = {.law = law, .rate = rate.value_or(ArrivalRate{kMinMicroPerMin})};
  }
  if (map.Has("constant") == map.Has("poisson")) {
    diagnostics.Add(node.mark, StrCat("load has ", map.Has("poisson") ? "both" : "none",
                                      " of the "
                                      "keys constant and poisson: expected exactly one of them"));
  }
  map.ReadInt("max_in_flight", kMaxInFlightRange, load.max_in_flight);
  map.RejectUnknownKeys();
  return load;
}

// Reads an axis that is one value or a list of them.
template <typename T>
void ReadAxis(MapReader& map, std::string_view key, const ScenarioSource& source,
              T (*read)(const YamlNode&, const ScenarioSource&, Diagnostics&), bool& given,
              std::vector<T>& values, std::vector<SourceMark>& marks) {
  given = given || map.Has(key);
  const YamlNode* const node = map.Find(key);
  if (node == nullptr) return;
  if (node->IsSequence() && node->items.empty()) {
    map.diagnostics().Add(node->mark, StrCat(key, " is an empty list: expected at least one"));
  }
  values.clear();
  marks.clear();
  const std::vector<YamlNode> one(node->IsSequence() ? 0 : 1, *node);
  for (const YamlNode& item : node->IsSequence() ? node->items : one) {
    if (item.IsBroken()) continue;
    values.push_back(read(item, source, map.diagnostics()));
    marks.push_back(item.mark);
  }
}

}  // namespace

bool ReadAxes(MapReader& map, const ScenarioSource& source, DraftMatrix& draft) {
  const size_t errors_before = map.diagnostics().count();
  SubMatrix& matrix = draft.matrix;
  bool concurrency_given = true;  // it has a default
  ReadAxis(map, "model", source, ReadModel, draft.model_given, matrix.models, draft.model_marks);
  ReadAxis(map, "dataset", source, ReadDataset, draft.dataset_given, matrix.datasets,
           draft.dataset_marks);
  ReadAxis(map, "concurrency", source, ReadConcurrency, concurrency_given, matrix.concurrencies,
           draft.concurrency_marks);
  bool load_given = true;  // it need not be
  ReadAxis(map, "load", source, ReadLoad, load_given, matrix.loads, draft.load_marks);
  if (map.Has("concurrency") && map.Has("load")) {
    map.Report("load",
               "load and concurrency are both given: expected one of them (an open loop sends at a "
               "rate, a closed loop keeps so many requests in flight)");
  } else if (map.Has("concurrency")) {
    matrix.loads.clear();
    draft.load_marks.clear();
  }
  ReadAxis(map, "engine", source, ReadEngine, draft.engine_given, matrix.engines,
           draft.engine_marks);
  return map.diagnostics().count() == errors_before;
}

bool RequireAxes(const DraftMatrix& draft, Diagnostics& diagnostics) {
  const size_t errors_before = diagnostics.count();
  const auto require = [&](bool given, std::string_view key, std::string_view expected) {
    if (given) return;
    diagnostics.Add(draft.mark, StrCat("missing key '", key, "': expected ", expected));
  };
  require(draft.model_given, "model", "the model's name, as the engine serves it");
  require(draft.dataset_given, "dataset", "a mapping such as {name: openqa, path: FILE}");
  require(draft.engine_given, "engine", "a mapping such as {type: vllm, url: URL}");
  return diagnostics.count() == errors_before;
}

}  // namespace monsoon
