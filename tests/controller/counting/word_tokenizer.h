// A tokenizer whose counts are worked out at a glance: a token is a word; blanks and line ends
// separate words and count as nothing.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "controller/core/tokens/tokenizer.h"

namespace monsoon {

class WordTokenizer : public Tokenizer {
 public:
  int64_t Count(std::string_view text) const override {
    int64_t words = 0;
    bool inside = false;
    for (const char c : text) {
      const bool blank = c == ' ' || c == '\n';
      words += !blank && !inside;
      inside = !blank;
    }
    return words;
  }
  // Words have no numbers; only counting is wanted of this one.
  std::vector<uint32_t> Encode(std::string_view text) const override {
    return std::vector<uint32_t>(static_cast<size_t>(Count(text)), 0);
  }
  std::string Decode(std::span<const uint32_t> ids) const override {
    return std::string(ids.size(), 'w');
  }
  uint32_t vocabulary_size() const override { return 1; }
  bool IsSpecial(uint32_t) const override { return false; }
};

}  // namespace monsoon
