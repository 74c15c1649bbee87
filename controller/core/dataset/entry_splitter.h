// EntrySplitter: cuts the bytes of a dataset file, fed in pieces of any size, into raw entries
// (lines, or elements of one JSON array) without holding more than one entry.
//
// Pure; one splitter serves one file, from one thread. Errors are INVALID_ARGUMENT with the message
// "LINE:COLUMN: <what> (byte <offset>)"; after an error the splitter must not be fed again.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

#include "controller/core/dataset/file_layout.h"
#include "controller/core/dataset/text_position.h"

namespace monsoon {

// The longest entry. It bounds the memory of reading a dataset, whatever the size of the file.
inline constexpr int64_t kMaxEntryBytes = 16 << 20;

struct RawEntry {
  int64_t offset = 0;     // of its first byte in the file
  std::string_view text;  // valid during the sink's call only; without the line end
  TextPosition at;        // of its first byte
};

// Called for each entry in the order of the file. Returns false when no more are wanted.
using EntrySink = absl::FunctionRef<bool(const RawEntry&)>;

class EntrySplitter {
 public:
  virtual ~EntrySplitter() = default;

  // The next bytes of the file. Once the sink has returned false, this and Finish() do nothing.
  virtual absl::Status Feed(std::string_view bytes, EntrySink sink) = 0;
  // The file has ended.
  virtual absl::Status Finish(EntrySink sink) = 0;
};

std::unique_ptr<EntrySplitter> NewEntrySplitter(FileLayout layout);

}  // namespace monsoon
