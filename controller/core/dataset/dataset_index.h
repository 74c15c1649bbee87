// DatasetIndexer: makes the index of a dataset out of its raw entries: where each usable one stands
// in the file, and what was filtered, skipped or wrong. It holds places, not prompts: 16 bytes per
// usable entry, whatever the size of the file. Pure; one indexer serves one pass, from one thread.
//
// Order `sequential` needs only the first `needed` usable entries and wants no more after them:
// what stands later in the file, bad lines included, is then never seen. Order `shuffle` sees them
// all; but tokens are counted after the shuffle, and only until enough usable entries are found
// (SelectByTokens): counting is far slower than reading.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "controller/core/dataset/dataset.h"
#include "controller/core/dataset/entry_parser.h"
#include "controller/core/dataset/entry_splitter.h"
#include "controller/core/dataset/token_filter.h"
#include "controller/core/scenario/scenario.h"

namespace monsoon {

struct EntryPlace {
  int64_t offset = 0;
  uint32_t length = 0;  // bytes, <= kMaxEntryBytes
  uint32_t line = 0;    // for messages; stays at 2^32 - 1 from there on
};

struct DatasetIndex {
  std::vector<EntryPlace> places;  // in the order of the scenario, >= 1; whole batches
  // output_tokens: reference. Of each place; else empty.
  std::vector<uint32_t> output_tokens;
  DatasetStats stats;
};

class DatasetIndexer {
 public:
  // `needed`: entries, a batch of 8 texts being 8. REQUIRES: needed >= 1; the tokenizer is there
  // when spec.needs_tokenizer(). `spec` and `tokenizer` outlive the indexer.
  DatasetIndexer(const DatasetSpec& spec, int64_t needed, const Tokenizer* tokenizer);

  // The sink for an EntrySplitter: false once no more entries are wanted.
  bool Add(const RawEntry& raw);
  bool wants_more() const { return wants_more_; }

  // Reads the entry at a place again.
  using EntryReader = absl::FunctionRef<absl::Status(const EntryPlace&, ParsedEntry&)>;

  // The index, shuffled with `seed` where the order asks for it. `split` is what the splitter
  // returned; `read` is asked only where tokens are counted after a shuffle. INVALID_ARGUMENT with
  // a message that stands on its own: the first bad lines (on_bad_line: error), a file that could
  // not be split, no usable entry; else an error of `read`.
  absl::StatusOr<DatasetIndex> Finish(const absl::Status& split, uint64_t seed, EntryReader read);

 private:
  // Counts the entry as left out where it is; its tokens only if `count_tokens`.
  bool IsUsable(ParsedEntry& entry, bool count_tokens);
  bool HasTokens(ParsedEntry& entry);
  // `column` of the line of `place`; 0: not known.
  void Keep(const EntryPlace& place, int64_t column, const ParsedEntry& entry);
  absl::Status SelectByTokens(EntryReader read);
  void NoteBad(const absl::Status& error);
  void NoteLength(int64_t characters);
  absl::Status BadLines(const absl::Status& split) const;
  absl::Status NothingUsable() const;

  const DatasetSpec& spec_;
  const int64_t needed_;
  const bool tokens_after_shuffle_;
  EntryParser parser_;
  TokenFilter tokens_;
  ParsedEntry entry_;
  DatasetIndex index_;
  std::vector<std::string> bad_;  // on_bad_line: error; "file:line:column: what"
  int64_t measured_ = 0;          // well-formed entries that lack nothing
  int64_t shortest_ = 0;          // of those, in characters
  int64_t longest_ = 0;
  bool wants_more_ = true;
};

}  // namespace monsoon
