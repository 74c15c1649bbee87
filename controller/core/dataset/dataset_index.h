// DatasetIndexer: makes the index of a dataset out of its raw entries: where each usable one stands
// in the file, and what was filtered, skipped or wrong. It holds places, not prompts: 16 bytes per
// usable entry, whatever the size of the file. Pure; one indexer serves one pass, from one thread.
//
// Order `sequential` needs only the first `needed` usable entries and wants no more after them:
// what stands later in the file, bad lines included, is then never seen. Order `shuffle` sees them
// all.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "controller/core/dataset/dataset.h"
#include "controller/core/dataset/entry_parser.h"
#include "controller/core/dataset/entry_splitter.h"
#include "controller/core/scenario/scenario.h"

namespace monsoon {

struct EntryPlace {
  int64_t offset = 0;
  uint32_t length = 0;  // bytes, <= kMaxEntryBytes
  uint32_t line = 0;    // for messages; stays at 2^32 - 1 from there on
};

struct DatasetIndex {
  std::vector<EntryPlace> places;  // in the order of the scenario, >= 1
  DatasetStats stats;
};

class DatasetIndexer {
 public:
  // REQUIRES: needed >= 1; `spec` outlives the indexer.
  DatasetIndexer(const DatasetSpec& spec, int64_t needed);

  // The sink for an EntrySplitter: false once no more entries are wanted.
  bool Add(const RawEntry& raw);
  bool wants_more() const { return wants_more_; }

  // The index, shuffled with `seed` where the order asks for it. `split` is what the splitter
  // returned. INVALID_ARGUMENT with a message that stands on its own: the first bad lines
  // (on_bad_line: error), a file that could not be split, no usable entry.
  absl::StatusOr<DatasetIndex> Finish(const absl::Status& split, uint64_t seed);

 private:
  void NoteBad(const absl::Status& error);
  void NoteLength(int64_t characters);
  absl::Status BadLines(const absl::Status& split) const;
  absl::Status NothingUsable() const;

  const DatasetSpec& spec_;
  const int64_t needed_;
  EntryParser parser_;
  ParsedEntry entry_;
  DatasetIndex index_;
  std::vector<std::string> bad_;  // on_bad_line: error; "file:line:column: what"
  int64_t shortest_ = 0;          // of the well-formed entries, in characters
  int64_t longest_ = 0;
  bool wants_more_ = true;
};

}  // namespace monsoon
