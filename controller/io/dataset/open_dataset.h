// OpenDataset: the dataset that a scenario asks for, behind the Dataset interface
// (controller/core/dataset/dataset.h): a file's entries, or prompts made of random tokens.
//
// A file: one streaming pass finds the usable entries; afterwards Read() fetches one entry at a
// time from the file, which stays open. Memory: 16 bytes per usable entry (20 where each has its
// own output length), a 1 MiB read buffer, and a few times the longest entry (kMaxEntryBytes at
// most), whatever the size of the file.
//
// Random prompts: random_dataset.h.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"

#include "controller/core/dataset/dataset.h"
#include "controller/core/scenario/scenario.h"
#include "controller/core/tokens/tokenizer.h"

namespace monsoon {

// "DOING DONE of TOTAL UNIT" (total 0: not known). Reported often: whoever shows it decides when.
struct DatasetProgress {
  std::string_view doing;
  int64_t done = 0;
  int64_t total = 0;
  std::string_view unit;
};
using DatasetProgressSink = std::function<void(const DatasetProgress&)>;
inline void NoProgress(const DatasetProgress&) {}

// `needed` >= 1: how many items the plan can use (warm-up and measured requests). With order
// `sequential` the pass ends once it has found that many usable entries: bad lines after them are
// not seen, and size() is at most `needed`. With `shuffle` it reads the whole file; the order
// depends on `seed` and the file alone, on any machine. Where tokens limit what is usable, they are
// counted in the order of use until `needed` entries are found.
//
// `tokenizer` is the model's; nullptr: it has none, and INVALID_ARGUMENT when the spec needs one.
// It must outlive the dataset.
//
// Errors begin with the file's path, with line and column where known: NOT_FOUND, PERMISSION_DENIED
// or INVALID_ARGUMENT for the file itself; INVALID_ARGUMENT for what is in it (up to five bad lines
// at once); DATA_LOSS when it changed during the pass. The spec is copied.
absl::StatusOr<std::unique_ptr<Dataset>> OpenDataset(
    const DatasetSpec& spec, uint64_t seed, int64_t needed, const Tokenizer* tokenizer = nullptr,
    const DatasetProgressSink& progress = NoProgress);

}  // namespace monsoon
