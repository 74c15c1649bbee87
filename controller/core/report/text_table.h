// TextTable: rows and columns for a terminal, aligned by the width that characters really take.
//
// Plain value; one thread. The first column is left-aligned, the rest right-aligned unless told
// otherwise. Cells are clean UTF-8 (clean_text.h).
#pragma once

#include <string>
#include <vector>

namespace monsoon {

class TextTable {
 public:
  enum class Align { kLeft, kRight };

  // A cell over `max_width` columns is cut and marked.
  void AddColumn(std::string title, Align align = Align::kRight, int max_width = 100);
  // Missing cells at the end are empty. REQUIRES: at most as many cells as columns.
  void AddRow(std::vector<std::string> cells);

  // Each line starts with `indent` spaces and ends with '\n'; no trailing spaces.
  std::string Render(int indent) const;

 private:
  struct Column {
    std::string title;
    Align align;
    int max_width;
  };

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace monsoon
