// JsonArraySplitter: the elements of a file that is one JSON array, however large. It follows
// strings, escapes and nesting only as far as needed to find where an element ends; whether the
// element itself is sound JSON is for the entry parser to say. A byte order mark and white space
// may stand around the array. Called as EntrySplitter says.
//
// Every structural error is final: after a missing quote or bracket nobody can tell where the next
// element begins. Elements are counted from 1.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "controller/core/dataset/entry_splitter.h"

namespace monsoon {

class JsonArraySplitter : public EntrySplitter {
 public:
  explicit JsonArraySplitter(int64_t max_element_bytes = kMaxEntryBytes)
      : max_element_bytes_(max_element_bytes) {}

  absl::Status Feed(std::string_view bytes, EntrySink sink) override;
  absl::Status Finish(EntrySink sink) override;

 private:
  enum class State {
    kBeforeArray,
    kBeforeFirst,    // after '['
    kBeforeElement,  // after ','
    kInElement,
    kAfterElement,
    kAfterArray,
    kStopped,  // the sink wants no more
  };

  // One byte between elements.
  absl::Status StepOutside(size_t i);
  absl::Status BeginElement(size_t i);
  // Goes on in the current element from `i`; sets `i` to where it ends, or to the end of bytes_.
  absl::Status ScanElement(size_t& i, bool& ended);
  absl::Status StepInside(size_t i, bool& ended);
  size_t SkipString(size_t i);
  void EmitElement(size_t end, EntrySink sink);
  absl::Status CheckLength(size_t end) const;

  // Brings at_ to bytes_[i].
  void MoveTo(size_t i);
  absl::Status ErrorHere(size_t i, std::string_view what);

  const int64_t max_element_bytes_;
  State state_ = State::kBeforeArray;

  // The piece being fed, and where it stands in the file.
  std::string_view bytes_;
  int64_t bytes_offset_ = 0;
  TextPosition at_;  // of bytes_[at_index_]
  size_t at_index_ = 0;

  // The current element.
  int64_t element_ = 0;  // its number, from 1
  int64_t element_offset_ = 0;
  TextPosition element_at_;
  size_t element_begin_ = 0;  // index in bytes_ of the part not yet in pending_
  std::string pending_;       // its bytes from earlier pieces
  std::string open_;          // '{' and '[' not yet closed, outermost first
  bool bare_ = false;         // a number or a word: ends before the next delimiter
  bool in_string_ = false;
  bool escaped_ = false;  // the piece ended between a backslash and what it escapes
};

}  // namespace monsoon
