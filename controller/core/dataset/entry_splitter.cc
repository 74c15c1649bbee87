#include "controller/core/dataset/entry_splitter.h"

#include "controller/core/dataset/json_array_splitter.h"
#include "controller/core/dataset/line_splitter.h"

namespace monsoon {

std::unique_ptr<EntrySplitter> NewEntrySplitter(FileLayout layout) {
  if (layout == FileLayout::kJsonArray) {
    return std::make_unique<JsonArraySplitter>();
  }
  return std::make_unique<LineSplitter>();
}

}  // namespace monsoon
