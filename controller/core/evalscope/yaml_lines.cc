#include "controller/core/evalscope/yaml_lines.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include <nlohmann/json.hpp>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr size_t kColumns = 100;
constexpr size_t kCommentColumn = 40;

bool IsPlain(std::string_view text) {
  // Words that YAML reads as something else.
  static constexpr std::array<std::string_view, 8> kWords = {"true", "false", "null", "yes",
                                                             "no",   "on",    "off",  "y"};
  if (text.empty() || !absl::ascii_isalpha(static_cast<unsigned char>(text[0]))) return false;
  const std::string lower = absl::AsciiStrToLower(ToAbsl(text));
  return std::find(kWords.begin(), kWords.end(), lower) == kWords.end() &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                  std::string_view("_-./").find(c) != std::string_view::npos;
         });
}

std::string DoubleDollars(std::string_view text) {
  return absl::StrReplaceAll(ToAbsl(text), {{"$", "$$"}});
}

}  // namespace

std::string YamlWord(std::string_view text) {
  if (IsPlain(text)) return std::string(text);
  // A JSON string is a double-quoted scalar of YAML.
  return DoubleDollars(nlohmann::json(std::string(text))
                           .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

std::string YamlQuotedJson(std::string_view text) {
  return StrCat("'", absl::StrReplaceAll(DoubleDollars(text), {{"'", "''"}}), "'");
}

std::string YamlOfJson(const std::string& json) { return DoubleDollars(json); }

std::string YamlFlowList(const std::vector<std::string>& values) {
  return StrCat("[", absl::StrJoin(values, ", "), "]");
}

void YamlLines::Add(int indent, std::string_view key, std::string_view value,
                    std::string_view comment) {
  std::string line = StrCat(std::string(static_cast<size_t>(indent), ' '), key, ":");
  if (!value.empty()) line += StrCat(" ", value);
  if (!comment.empty()) {
    const size_t column = std::max(line.size() + 2, kCommentColumn);
    if (column + comment.size() + 2 > kColumns) {
      Comment(indent, comment);
    } else {
      line += StrCat(std::string(column - line.size(), ' '), "# ", comment);
    }
  }
  text_ += line + "\n";
}

void YamlLines::Item(int indent, std::string_view value) {
  text_ += StrCat(std::string(static_cast<size_t>(indent), ' '), "- ", value, "\n");
}

void YamlLines::Comment(int indent, std::string_view text) {
  const std::string begin(static_cast<size_t>(indent), ' ');
  std::string line = begin + "#";
  for (const absl::string_view word : absl::StrSplit(ToAbsl(text), ' ', absl::SkipEmpty())) {
    if (line.size() + 1 + word.size() > kColumns && line.size() > begin.size() + 1) {
      text_ += line + "\n";
      line = begin + "#";
    }
    line += StrCat(" ", std::string_view(word.data(), word.size()));
  }
  text_ += line + "\n";
}

}  // namespace monsoon
