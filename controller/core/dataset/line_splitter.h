// LineSplitter: the lines of a text file that are not blank. Lines end in LF or CRLF, the last one
// also with the file; a UTF-8 byte order mark at the file's start is passed over. A line longer
// than kMaxEntryBytes is an error. Called as EntrySplitter says.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "controller/core/dataset/entry_splitter.h"

namespace monsoon {

class LineSplitter : public EntrySplitter {
 public:
  explicit LineSplitter(int64_t max_line_bytes = kMaxEntryBytes)
      : max_line_bytes_(max_line_bytes) {}

  absl::Status Feed(std::string_view bytes, EntrySink sink) override;
  absl::Status Finish(EntrySink sink) override;

 private:
  // `part` ends the line that began with pending_.
  void EndLine(std::string_view part, EntrySink sink);
  absl::Status CheckLength(size_t part_bytes) const;

  const int64_t max_line_bytes_;
  std::string pending_;      // the beginning of a line whose end has not come yet
  int64_t line_offset_ = 0;  // of the current line's first byte
  int64_t line_ = 1;
  bool stopped_ = false;
};

}  // namespace monsoon
