// OpenDataset: a dataset file behind the Dataset interface (controller/core/dataset/dataset.h).
//
// One streaming pass finds the usable entries; afterwards Read() fetches one entry at a time from
// the file, which stays open. Memory: 16 bytes per usable entry, a 1 MiB read buffer, and a few
// times the longest entry (kMaxEntryBytes at most), whatever the size of the file.
#pragma once

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"

#include "controller/core/dataset/dataset.h"
#include "controller/core/scenario/scenario.h"

namespace monsoon {

// `needed` >= 1: how many items the plan can use (warm-up and measured requests). With order
// `sequential` the pass ends once it has found that many usable entries: bad lines after them are
// not seen, and size() is at most `needed`. With `shuffle` it reads the whole file; the order
// depends on `seed` and the file alone, on any machine.
//
// Errors begin with the file's path, with line and column where known: NOT_FOUND, PERMISSION_DENIED
// or INVALID_ARGUMENT for the file itself; INVALID_ARGUMENT for what is in it (up to five bad lines
// at once); DATA_LOSS when it changed during the pass. The spec is copied.
absl::StatusOr<std::unique_ptr<Dataset>> OpenDataset(const DatasetSpec& spec, uint64_t seed,
                                                     int64_t needed);

}  // namespace monsoon
