// Tokenizers written by hand, small enough to work their answers out on paper.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "controller/core/tokens/tokenizer.h"

namespace monsoon {

// Every word between spaces is a token. Remembers how many bytes it was asked to read.
class WordTokenizer final : public Tokenizer {
 public:
  int64_t Count(std::string_view text) const override;
  std::vector<uint32_t> Encode(std::string_view text) const override;
  std::string Decode(std::span<const uint32_t>) const override { return ""; }
  uint32_t vocabulary_size() const override { return 1; }
  bool IsSpecial(uint32_t) const override { return false; }

  int64_t bytes_read() const { return bytes_read_; }

 private:
  mutable int64_t bytes_read_ = 0;
};

// One whose tokens depend on what stands around them. A word (letters with at most one space before
// them) of an even number of letters is read in pairs, one of an odd number letter by letter:
//
//   " abcd" -> " ab" "cd"      " abcde" -> " a" "b" "c" "d" "e"
//
// So each token by itself reads back as itself, and hardly any text that is put together of tokens
// does; cutting a word changes how its beginning is read. Letters are a-h, '<' and '>'. The pair
// "<>" is a special token, also amid a word. The vocabulary has pieces of characters, line ends,
// spaces and gaps, too.
class ParityTokenizer final : public Tokenizer {
 public:
  ParityTokenizer();

  int64_t Count(std::string_view text) const override;
  std::vector<uint32_t> Encode(std::string_view text) const override;
  std::string Decode(std::span<const uint32_t> ids) const override;
  uint32_t vocabulary_size() const override { return static_cast<uint32_t>(tokens_.size()); }
  bool IsSpecial(uint32_t id) const override { return id == special_; }

  uint32_t IdOf(std::string_view token) const;

 private:
  void EncodeWord(std::string_view word, std::vector<uint32_t>& ids) const;

  std::vector<std::string> tokens_;  // by id; "" is a gap
  uint32_t special_ = 0;
};

// Reads a letter by itself as one token, and each letter of a longer text as two: no longer text
// has an odd number of tokens.
class EvenTokenizer final : public Tokenizer {
 public:
  int64_t Count(std::string_view text) const override;
  std::vector<uint32_t> Encode(std::string_view text) const override;
  std::string Decode(std::span<const uint32_t> ids) const override;
  uint32_t vocabulary_size() const override { return 26; }
  bool IsSpecial(uint32_t) const override { return false; }
};

}  // namespace monsoon
