// YamlLines: builds a scenario's text line by line, each with a word on where it comes from. Pure.
//
// What it writes reads back to the same values (controller/io/scenario): texts that could be
// anything else are quoted, and every '$' of a value is doubled against the expansion of variables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace monsoon {

// A value as YAML. Of a text: plain where that is safe, else in double quotes.
std::string YamlWord(std::string_view text);
// In single quotes, so that JSON in it stays as it was written. REQUIRES: no line break in `text`.
std::string YamlQuotedJson(std::string_view text);
// JSON is YAML, but for its dollar signs.
std::string YamlOfJson(const std::string& json);
// "[a, b]" of values that are YAML already.
std::string YamlFlowList(const std::vector<std::string>& values);

class YamlLines {
 public:
  // "key: value  # comment", indented; an empty value begins a mapping, an empty comment is none.
  void Add(int indent, std::string_view key, std::string_view value, std::string_view comment = "");
  // "- value", an entry of a list.
  void Item(int indent, std::string_view value);
  // Whole lines of comment, broken at spaces.
  void Comment(int indent, std::string_view text);
  void Blank() { text_ += "\n"; }

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace monsoon
