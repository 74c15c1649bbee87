// SourceLines: a YAML text by lines, to translate byte positions into what an editor shows and to
// find what a YAML parser would misread in silence. Pure; keeps views of the text, which must
// outlive it.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "controller/io/scenario/diagnostics.h"
#include "controller/io/scenario/yaml_node.h"

namespace monsoon {

class SourceLines {
 public:
  // The text is source number `source` (yaml_node.h).
  SourceLines(std::string_view text, int source);

  // `line` and `byte_column` count from 0, as yaml-cpp does; negative ones count as 0.
  SourceMark At(int line, int byte_column) const;

  // Reports the first byte that no YAML text may hold (no UTF-8, or a control character; yaml-cpp
  // takes 0x04 for the end of the file) and returns false.
  bool CheckBytes(Diagnostics& diagnostics) const;

  // Where `line` or the one before it is indented with a tab.
  std::optional<SourceMark> TabNear(int line) const;

 private:
  SourceMark Mark(size_t line, size_t byte_column) const;

  int source_;
  std::vector<std::string_view> lines_;
};

}  // namespace monsoon
