#include "controller/io/scenario/source_lines.h"

#include <simdjson.h>

#include <algorithm>

#include "common/model/item.h"

namespace monsoon {

SourceLines::SourceLines(std::string_view text, int source) : source_(source) {
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines_.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

SourceMark SourceLines::At(int line, int byte_column) const {
  return Mark(static_cast<size_t>(std::max(line, 0)),
              static_cast<size_t>(std::max(byte_column, 0)));
}

bool SourceLines::CheckBytes(Diagnostics& diagnostics) const {
  for (size_t i = 0; i < lines_.size(); ++i) {
    const std::string_view line = lines_[i];
    if (!simdjson::validate_utf8(line.data(), line.size())) {
      diagnostics.Add(Mark(i, 0), "this line is not UTF-8: expected a YAML text saved as UTF-8");
      return false;
    }
    for (size_t column = 0; column < line.size(); ++column) {
      const auto byte = static_cast<unsigned char>(line[column]);
      if ((byte >= 0x20 && byte != 0x7F) || byte == '\t' || byte == '\r') continue;
      diagnostics.Add(
          Mark(i, column),
          "a control character: expected text; in double quotes it can be written as an "
          "escape, such as \"\\u0007\"");
      return false;
    }
  }
  return true;
}

std::optional<SourceMark> SourceLines::TabNear(int line) const {
  const size_t last = static_cast<size_t>(std::max(line, 0));
  for (size_t i = last == 0 ? 0 : last - 1; i <= last && i < lines_.size(); ++i) {
    const size_t first = lines_[i].find_first_not_of(' ');
    if (first != std::string_view::npos && lines_[i][first] == '\t') return Mark(i, first);
  }
  return std::nullopt;
}

SourceMark SourceLines::Mark(size_t line, size_t byte_column) const {
  int64_t column = static_cast<int64_t>(byte_column);
  if (line < lines_.size()) column = CountCharacters(lines_[line].substr(0, byte_column));
  return {source_, static_cast<int>(line) + 1, static_cast<int>(column) + 1};
}

}  // namespace monsoon
