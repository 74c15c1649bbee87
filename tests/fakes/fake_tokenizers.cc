#include "tests/fakes/fake_tokenizers.h"

#include <algorithm>

namespace monsoon {
namespace {

constexpr std::string_view kLetters = "abcdefgh<>";
constexpr std::string_view kSpecial = "<>";
constexpr std::string_view kReplacement = "\xef\xbf\xbd";

bool IsLetter(char c) { return kLetters.find(c) != std::string_view::npos; }

}  // namespace

int64_t WordTokenizer::Count(std::string_view text) const {
  return static_cast<int64_t>(Encode(text).size());
}

std::vector<uint32_t> WordTokenizer::Encode(std::string_view text) const {
  bytes_read_ += static_cast<int64_t>(text.size());
  std::vector<uint32_t> ids;
  bool in_word = false;
  for (const char c : text) {
    if (c != ' ' && !in_word) ids.push_back(0);
    in_word = c != ' ';
  }
  return ids;
}

ParityTokenizer::ParityTokenizer() {
  tokens_ = {"", " ", "\n", "\xe4", "\xbd", "\t", "", "\xc2\xa0"};
  for (const std::string space : {"", " "}) {
    for (const char a : kLetters) tokens_.push_back(space + a);
    for (const char a : kLetters) {
      for (const char b : kLetters) tokens_.push_back(space + a + b);
    }
  }
  special_ = IdOf(kSpecial);
}

uint32_t ParityTokenizer::IdOf(std::string_view token) const {
  return static_cast<uint32_t>(std::find(tokens_.begin(), tokens_.end(), token) - tokens_.begin());
}

int64_t ParityTokenizer::Count(std::string_view text) const {
  return static_cast<int64_t>(Encode(text).size());
}

std::vector<uint32_t> ParityTokenizer::Encode(std::string_view text) const {
  std::vector<uint32_t> ids;
  while (!text.empty()) {
    if (text.starts_with(kSpecial)) {
      ids.push_back(special_);
      text.remove_prefix(kSpecial.size());
      continue;
    }
    size_t end = text.starts_with(' ') ? 1 : 0;
    while (end < text.size() && IsLetter(text[end]) && !text.substr(end).starts_with(kSpecial)) {
      ++end;
    }
    const std::string_view word = text.substr(0, std::max<size_t>(1, end));
    if (end > 0 && word != " ") {
      EncodeWord(word, ids);
    } else {
      ids.push_back(IdOf(word));
    }
    text.remove_prefix(word.size());
  }
  return ids;
}

void ParityTokenizer::EncodeWord(std::string_view word, std::vector<uint32_t>& ids) const {
  size_t space = word.starts_with(' ') ? 1 : 0;
  const size_t step = (word.size() - space) % 2 == 0 ? 2 : 1;
  while (!word.empty()) {
    ids.push_back(IdOf(word.substr(0, space + step)));
    word.remove_prefix(space + step);
    space = 0;
  }
}

std::string ParityTokenizer::Decode(std::span<const uint32_t> ids) const {
  std::string text;
  for (const uint32_t id : ids) {
    const std::string& token = tokens_[id];
    const bool piece = token.size() == 1 && static_cast<uint8_t>(token[0]) >= 0x80;
    text += piece ? kReplacement : std::string_view(token);
  }
  return text;
}

int64_t EvenTokenizer::Count(std::string_view text) const {
  return static_cast<int64_t>(Encode(text).size());
}

std::vector<uint32_t> EvenTokenizer::Encode(std::string_view text) const {
  std::vector<uint32_t> ids;
  for (const char c : text) ids.insert(ids.end(), text.size() == 1 ? 1 : 2, c - 'a');
  return ids;
}

std::string EvenTokenizer::Decode(std::span<const uint32_t> ids) const {
  std::string text;
  for (const uint32_t id : ids) text += static_cast<char>('a' + id);
  return text;
}

}  // namespace monsoon
