#include "controller/core/scenario/scenario.h"

#include <array>

namespace monsoon {
namespace {

struct FormatEntry {
  DatasetFormat format;
  std::string_view name;
};

// A new format needs one line here and a reader in controller/io/dataset.
constexpr std::array<FormatEntry, 3> kFormats = {{{DatasetFormat::kOpenqa, "openqa"},
                                                  {DatasetFormat::kLongalpaca, "longalpaca"},
                                                  {DatasetFormat::kLineByLine, "line_by_line"}}};

}  // namespace

std::string_view DatasetFormatName(DatasetFormat format) {
  for (const FormatEntry& entry : kFormats) {
    if (entry.format == format) return entry.name;
  }
  return "unknown";
}

std::vector<std::string> DatasetFormatNames() {
  std::vector<std::string> names;
  for (const FormatEntry& entry : kFormats) names.emplace_back(entry.name);
  return names;
}

std::optional<DatasetFormat> DatasetFormatFromName(std::string_view name) {
  for (const FormatEntry& entry : kFormats) {
    if (entry.name == name) return entry.format;
  }
  return std::nullopt;
}

std::string_view DatasetOrderName(DatasetOrder order) {
  return order == DatasetOrder::kShuffle ? "shuffle" : "sequential";
}

std::string_view TokenRuleName(TokenRule rule) {
  static constexpr std::array<std::string_view, 3> kNames = {"auto", "usage", "tokenizer"};
  return kNames[static_cast<size_t>(rule)];
}

std::string_view OnBadLineName(OnBadLine on_bad_line) {
  return on_bad_line == OnBadLine::kSkip ? "skip" : "error";
}

}  // namespace monsoon
