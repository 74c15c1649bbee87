#include "controller/core/dataset/json_array_splitter.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool IsJsonSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// What may stand outside of strings apart from brackets and quotes: numbers, true, false, null.
bool IsJsonBare(char c) {
  constexpr std::string_view kBare = "0123456789+-.eEtrufalsn";
  return kBare.find(c) != std::string_view::npos;
}

std::string Quoted(char c) {
  return absl::ascii_isprint(static_cast<unsigned char>(c))
             ? StrCat("'", std::string_view(&c, 1), "'")
             : absl::StrFormat("byte 0x%02x", static_cast<unsigned char>(c));
}

}  // namespace

absl::Status JsonArraySplitter::Feed(std::string_view bytes, EntrySink sink) {
  bytes_ = bytes;
  at_index_ = 0;
  element_begin_ = 0;
  size_t i = 0;
  while (i < bytes_.size() && state_ != State::kStopped) {
    if (state_ != State::kInElement) {
      RETURN_IF_ERROR(StepOutside(i));
      i += state_ == State::kInElement ? 0 : 1;
      continue;
    }
    bool ended = false;
    RETURN_IF_ERROR(ScanElement(i, ended));
    RETURN_IF_ERROR(CheckLength(i));
    if (ended) {
      EmitElement(i, sink);
    }
  }
  if (state_ == State::kInElement) {
    pending_.append(bytes_.substr(element_begin_));
  }
  MoveTo(bytes_.size());
  bytes_offset_ += static_cast<int64_t>(bytes_.size());
  bytes_ = {};
  at_index_ = 0;
  return absl::OkStatus();
}

absl::Status JsonArraySplitter::StepOutside(size_t i) {
  const char c = bytes_[i];
  const int64_t offset = bytes_offset_ + static_cast<int64_t>(i);
  if (IsJsonSpace(c)) {
    return absl::OkStatus();
  }
  switch (state_) {
    case State::kBeforeArray:
      if (offset < 3 && c == kByteOrderMark[static_cast<size_t>(offset)]) {
        at_index_ = i + 1;  // a byte order mark is no character of line 1
        return absl::OkStatus();
      }
      if (c != '[') {
        return ErrorHere(
            i,
            StrCat("expected one JSON array, found ", Quoted(c), " instead of '['",
                   c == '{' ? "; one JSON object per line is format openqa or line_by_line" : ""));
      }
      state_ = State::kBeforeFirst;
      return absl::OkStatus();
    case State::kBeforeFirst:
    case State::kBeforeElement:
      return BeginElement(i);
    case State::kAfterElement:
      if (c != ',' && c != ']') {
        return ErrorHere(i, StrCat("missing comma after element ", element_, ": found ", Quoted(c),
                                   " where ',' or ']' must stand"));
      }
      state_ = c == ',' ? State::kBeforeElement : State::kAfterArray;
      return absl::OkStatus();
    default:
      return ErrorHere(
          i, StrCat("the array has ended, but ", Quoted(c), " follows; remove what follows"));
  }
}

absl::Status JsonArraySplitter::BeginElement(size_t i) {
  const char c = bytes_[i];
  if (c == ']' && state_ == State::kBeforeFirst) {
    state_ = State::kAfterArray;
    return absl::OkStatus();
  }
  if (c == ']') {
    return ErrorHere(
        i, StrCat("the array ends after a comma; remove the comma after element ", element_));
  }
  if (c != '{' && c != '[' && c != '"' && !IsJsonBare(c)) {
    return ErrorHere(i, StrCat("expected element ", element_ + 1, ", found ", Quoted(c)));
  }
  MoveTo(i);
  state_ = State::kInElement;
  ++element_;
  element_offset_ = bytes_offset_ + static_cast<int64_t>(i);
  element_at_ = at_;
  element_begin_ = i;
  bare_ = IsJsonBare(c);
  return absl::OkStatus();
}

absl::Status JsonArraySplitter::ScanElement(size_t& i, bool& ended) {
  while (i < bytes_.size() && !ended) {
    if (in_string_) {
      i = SkipString(i);
      ended = !in_string_ && open_.empty();
      continue;
    }
    const char c = bytes_[i];
    if (bare_ && (IsJsonSpace(c) || c == ',' || c == ']')) {
      ended = true;
      break;
    }
    if (c == '"' && !bare_) {
      in_string_ = true;
    } else {
      RETURN_IF_ERROR(StepInside(i, ended));
    }
    ++i;
  }
  return absl::OkStatus();
}

absl::Status JsonArraySplitter::StepInside(size_t i, bool& ended) {
  const char c = bytes_[i];
  if (!bare_ && (c == '{' || c == '[')) {
    open_.push_back(c);
    return absl::OkStatus();
  }
  if (!bare_ && (c == '}' || c == ']')) {
    const char wanted = open_.back() == '{' ? '}' : ']';
    if (c != wanted) {
      return ErrorHere(
          i, StrCat("found ", Quoted(c), " where ", Quoted(wanted), " must stand, in element ",
                    element_, " that began at line ", element_at_.line));
    }
    open_.pop_back();
    ended = open_.empty();
    return absl::OkStatus();
  }
  if (IsJsonBare(c) || (!bare_ && (IsJsonSpace(c) || c == ',' || c == ':'))) {
    return absl::OkStatus();
  }
  return ErrorHere(i, StrCat("unexpected ", Quoted(c), " outside of a string, in element ",
                             element_, " that began at line ", element_at_.line,
                             "; is a quotation mark missing before it?"));
}

size_t JsonArraySplitter::SkipString(size_t i) {
  if (escaped_) {
    escaped_ = false;
    ++i;
  }
  size_t quote = bytes_.find('"', i);
  while (true) {
    const size_t backslash = bytes_.substr(0, quote).find('\\', i);
    if (backslash == std::string_view::npos) {
      in_string_ = quote == std::string_view::npos;
      return in_string_ ? bytes_.size() : quote + 1;
    }
    i = backslash + 2;
    if (i > bytes_.size()) {
      escaped_ = true;
      return bytes_.size();
    }
    if (quote < i) {
      quote = bytes_.find('"', i);
    }
  }
}

void JsonArraySplitter::EmitElement(size_t end, EntrySink sink) {
  RawEntry entry{.offset = element_offset_,
                 .text = bytes_.substr(element_begin_, end - element_begin_),
                 .at = element_at_};
  if (!pending_.empty()) {
    pending_.append(entry.text);
    entry.text = pending_;
  }
  state_ = sink(entry) ? State::kAfterElement : State::kStopped;
  pending_.clear();
}

absl::Status JsonArraySplitter::CheckLength(size_t end) const {
  const size_t length = pending_.size() + (end - element_begin_);
  if (static_cast<int64_t>(length) <= max_element_bytes_) {
    return absl::OkStatus();
  }
  return ErrorAt(element_at_,
                 StrCat("element ", element_, " is longer than ", max_element_bytes_ >> 20,
                        " MiB, the limit; split it (byte ", element_offset_, ")"));
}

absl::Status JsonArraySplitter::Finish(EntrySink /*sink*/) {
  switch (state_) {
    case State::kStopped:
    case State::kAfterArray:
      return absl::OkStatus();
    case State::kBeforeArray:
      return ErrorHere(0, "expected one JSON array, found an empty file");
    case State::kInElement:
      return ErrorHere(0, StrCat("the file ends inside element ", element_, " that began at line ",
                                 element_at_.line, "; it was probably cut short: get it again"));
    default:
      return ErrorHere(0, StrCat("the file ends after element ", element_,
                                 " without the closing ']'; it was probably cut short: get "
                                 "it again"));
  }
}

void JsonArraySplitter::MoveTo(size_t i) {
  at_.Advance(bytes_.substr(at_index_, i - at_index_));
  at_index_ = i;
}

absl::Status JsonArraySplitter::ErrorHere(size_t i, std::string_view what) {
  MoveTo(i);
  return ErrorAt(at_, StrCat(what, " (byte ", bytes_offset_ + static_cast<int64_t>(i), ")"));
}

}  // namespace monsoon
