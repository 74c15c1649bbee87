// Reads the four axes of a scenario's matrix: model, dataset, concurrency or load, engine.
#pragma once

#include <vector>

#include "controller/core/scenario/matrix.h"
#include "controller/io/scenario/map_reader.h"
#include "controller/io/scenario/scenario_source.h"

namespace monsoon {

// A sub-matrix and where each piece of it was written, for errors that show only after expansion.
struct DraftMatrix {
  SubMatrix matrix;
  SourceMark mark;
  // Of the settings that hold for it.
  SourceMark duration_mark;
  SourceMark token_source_mark;
  SourceMark verify_usage_mark;
  // The key was there, right or wrong.
  bool model_given = false;
  bool dataset_given = false;
  bool engine_given = false;
  // As long as the lists of `matrix`.
  std::vector<SourceMark> model_marks;
  std::vector<SourceMark> dataset_marks;
  std::vector<SourceMark> concurrency_marks;
  std::vector<SourceMark> load_marks;
  std::vector<SourceMark> engine_marks;
};

// Reads the axes that `map` has, each replacing what `draft` held. False when one of them is wrong,
// so that the draft must not be expanded.
bool ReadAxes(MapReader& map, const ScenarioSource& source, DraftMatrix& draft);

// Reports the axes that nothing has given `draft`; false when there are any.
bool RequireAxes(const DraftMatrix& draft, Diagnostics& diagnostics);

}  // namespace monsoon
