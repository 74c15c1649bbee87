// Dataset: prompts to draw from, by position. The I/O side (controller/io/dataset) opens files
// behind this interface; the plan (request_plan.h) only knows positions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "common/model/item.h"
#include "controller/core/dataset/item_shape.h"

namespace monsoon {

// What an index pass over the data found, without holding the data itself.
struct DatasetStats {
  int64_t read = 0;                // entries looked at
  int64_t filtered = 0;            // left out: by length, or lacking what is to be sent
  int64_t filtered_by_tokens = 0;  // of those: outside min/max_prompt_tokens
  int64_t lacking = 0;             // of those: without a prompt or the reference answer
  int64_t skipped_bad = 0;         // malformed and skipped (on_bad_line: skip)
  std::string first_bad;           // "file:line:column: what was wrong" of the first skipped one
  std::vector<SeenShape> shapes;   // of the usable entries of a file, each once
};

// Owned by the run; used from one thread. Positions are stable for the object's life.
class Dataset {
 public:
  virtual ~Dataset() = default;

  // Number of usable items (after filters), >= 1.
  virtual int64_t size() const = 0;
  // The item at `position` in the order of the scenario (sequential, or the seeded shuffle).
  // DATA_LOSS when the file changed since it was indexed. REQUIRES: 0 <= position < size().
  virtual absl::StatusOr<Item> Read(int64_t position) = 0;
  virtual const DatasetStats& stats() const = 0;
};

}  // namespace monsoon
