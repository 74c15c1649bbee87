#include "controller/core/evalscope/shell_words.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr std::string_view kOperators = "|&;<>";

class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  absl::StatusOr<std::vector<std::string>> Split() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\n' && !any_word()) {
        ++at_;  // before the command
      } else if (c == '\n' || kOperators.find(c) != std::string_view::npos) {
        if (c == '<' || c == '>') DropDescriptor();
        break;
      } else if (c == '#' && !in_word_) {
        SkipComment();
      } else {
        RETURN_IF_ERROR(Take(c));
      }
    }
    EndWord();
    return std::move(words_);
  }

 private:
  bool any_word() const { return in_word_ || !words_.empty(); }

  absl::Status Take(char c) {
    ++at_;
    if (absl::ascii_isspace(static_cast<unsigned char>(c))) {
      EndWord();
      return absl::OkStatus();
    }
    if (c == '\\') {
      Escape();
      return absl::OkStatus();
    }
    in_word_ = true;
    if (c == '\'') return SingleQuoted();
    if (c == '"') return DoubleQuoted();
    if (c == '$' || c == '`') return CheckExpansion(c);
    word_.push_back(c);
    return absl::OkStatus();
  }

  void Escape() {
    if (at_ >= text_.size()) return;
    // A line continuation is nothing at all, also with the blanks that a copy may bring.
    const size_t next = text_.find_first_not_of(" \t\r", at_);
    if (next != std::string_view::npos && text_[next] == '\n') {
      at_ = next + 1;
      return;
    }
    in_word_ = true;
    word_.push_back(text_[at_++]);
  }

  absl::Status SingleQuoted() {
    const size_t end = text_.find('\'', at_);
    if (end == std::string_view::npos) return NoEnd('\'');
    word_.append(text_.substr(at_, end - at_));
    at_ = end + 1;
    return absl::OkStatus();
  }

  absl::Status DoubleQuoted() {
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return absl::OkStatus();
      if (c == '$' || c == '`') {
        RETURN_IF_ERROR(CheckExpansion(c));
      } else if (c == '\\' && at_ < text_.size()) {
        const char next = text_[at_++];
        if (next == '\n') continue;
        if (std::string_view("$`\"\\").find(next) == std::string_view::npos) word_.push_back(c);
        word_.push_back(next);
      } else {
        word_.push_back(c);
      }
    }
    return NoEnd('"');
  }

  // A dollar sign alone is one.
  absl::Status CheckExpansion(char c) {
    const char next = at_ < text_.size() ? text_[at_] : ' ';
    const bool expands = c == '`' || next == '{' || next == '(' || next == '_' ||
                         absl::ascii_isalpha(static_cast<unsigned char>(next));
    if (!expands) {
      word_.push_back(c);
      return absl::OkStatus();
    }
    const size_t end = std::min(text_.find_first_of(" \t\n\"'", at_), text_.size());
    return absl::InvalidArgumentError(
        StrCat("the command holds '", text_.substr(at_ - 1, end - at_ + 1),
               "', which only a shell can replace; write the value itself, or put the command "
               "behind `controller from-evalscope --` in that shell"));
  }

  static absl::Status NoEnd(char quote) {
    return absl::InvalidArgumentError(StrCat("the command has a ", std::string(1, quote),
                                             " without its end; was it pasted whole?"));
  }

  void SkipComment() { at_ = std::min(text_.find('\n', at_), text_.size()); }

  // The 2 of "2>&1".
  void DropDescriptor() {
    if (!in_word_ || word_.size() != 1 || !absl::ascii_isdigit(word_[0])) return;
    word_.clear();
    in_word_ = false;
  }

  void EndWord() {
    if (in_word_) words_.push_back(std::exchange(word_, ""));
    in_word_ = false;
  }

  const std::string_view text_;
  size_t at_ = 0;
  std::vector<std::string> words_;
  std::string word_;
  bool in_word_ = false;
};

}  // namespace

absl::StatusOr<std::vector<std::string>> SplitShellWords(std::string_view text) {
  return Splitter(text).Split();
}

}  // namespace monsoon
