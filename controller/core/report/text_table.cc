#include "controller/core/report/text_table.h"

#include <algorithm>

#include "controller/core/report/clean_text.h"

namespace monsoon {
namespace {

constexpr char kColumnGap[] = "  ";

void AppendCell(const std::string& cell, int width, TextTable::Align align, std::string& line) {
  const std::string padding(std::max(0, width - DisplayWidth(cell)), ' ');
  line += align == TextTable::Align::kLeft ? cell + padding : padding + cell;
}

}  // namespace

void TextTable::AddColumn(std::string title, Align align, int max_width) {
  columns_.push_back({std::move(title), align, max_width});
}

void TextTable::AddRow(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (size_t i = 0; i < cells.size(); ++i) cells[i] = FitWidth(cells[i], columns_[i].max_width);
  rows_.push_back(std::move(cells));
}

std::string TextTable::Render(int indent) const {
  std::vector<std::string> titles;
  std::vector<int> widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    titles.push_back(columns_[i].title);
    int width = DisplayWidth(titles.back());
    for (const auto& row : rows_) width = std::max(width, DisplayWidth(row[i]));
    widths.push_back(width);
  }
  std::string out;
  const auto append = [&](const std::vector<std::string>& cells) {
    std::string line(indent, ' ');
    for (size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) line += kColumnGap;
      AppendCell(cells[i], widths[i], columns_[i].align, line);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  };
  append(titles);
  for (const auto& row : rows_) append(row);
  return out;
}

}  // namespace monsoon
