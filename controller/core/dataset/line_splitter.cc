#include "controller/core/dataset/line_splitter.h"

#include <algorithm>

#include "absl/strings/ascii.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool IsBlank(std::string_view line) {
  return std::all_of(line.begin(), line.end(),
                     [](unsigned char c) { return absl::ascii_isspace(c); });
}

}  // namespace

absl::Status LineSplitter::Feed(std::string_view bytes, EntrySink sink) {
  while (!stopped_) {
    const size_t newline = bytes.find('\n');
    RETURN_IF_ERROR(CheckLength(std::min(newline, bytes.size())));
    if (newline == std::string_view::npos) {
      pending_.append(bytes);
      break;
    }
    const int64_t line_bytes = static_cast<int64_t>(pending_.size() + newline + 1);
    EndLine(bytes.substr(0, newline), sink);
    line_offset_ += line_bytes;
    ++line_;
    bytes.remove_prefix(newline + 1);
  }
  return absl::OkStatus();
}

absl::Status LineSplitter::Finish(EntrySink sink) {
  if (!stopped_) {
    EndLine("", sink);
  }
  return absl::OkStatus();
}

void LineSplitter::EndLine(std::string_view part, EntrySink sink) {
  RawEntry entry{.offset = line_offset_, .text = part, .at = {.line = line_, .column = 1}};
  if (!pending_.empty()) {
    pending_.append(part);
    entry.text = pending_;
  }
  if (entry.offset == 0 && entry.text.starts_with(kByteOrderMark)) {
    entry.text.remove_prefix(kByteOrderMark.size());
    entry.offset += static_cast<int64_t>(kByteOrderMark.size());
  }
  if (entry.text.ends_with('\r')) {
    entry.text.remove_suffix(1);
  }
  if (!IsBlank(entry.text)) {
    stopped_ = !sink(entry);
  }
  pending_.clear();
}

absl::Status LineSplitter::CheckLength(size_t part_bytes) const {
  if (static_cast<int64_t>(pending_.size() + part_bytes) <= max_line_bytes_) {
    return absl::OkStatus();
  }
  return ErrorAt({.line = line_, .column = 1},
                 StrCat("this line is longer than ", max_line_bytes_ >> 20,
                        " MiB, the limit; split it (a file that is one JSON array is format "
                        "longalpaca) (byte ",
                        line_offset_, ")"));
}

}  // namespace monsoon
