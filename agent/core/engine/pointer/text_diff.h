// TextDiff: what is new in a text that an engine sends whole, over and over, as it grows.
//
// Mostly a text begins with the one before it, and the rest is new. Where it does not:
//   - it ends in U+FFFD: an engine that decodes tokens one by one writes that for half a character
//     and replaces it later. It is held back until something follows, or the answer ends;
//   - it is a beginning of what was handed out (a stop string was cut off): nothing is new, and
//     nothing will be until it is longer than that again;
//   - its end was replaced: what stands behind the common beginning is new.
// What was handed out is never taken back.
//
// Cost: one comparison with the text before, and no allocation once the longest text has been seen.
// Not thread-safe: one per stream.
#pragma once

#include <string>
#include <string_view>

namespace monsoon {

class TextDiff {
 public:
  // The part of `text` that is new; a view of it.
  std::string_view Advance(std::string_view text);
  // The answer is over: what was held back. The view lives until the next call.
  std::string_view Rest();
  // Forgets the text, keeps the buffers (one beyond 1 MiB is given back).
  void Reset();

  // True when there was no text yet.
  bool empty() const { return handed_out_.empty() && held_back_.empty(); }
  // True when `text` cannot be the answer so far: it neither goes on from what was handed out nor
  // is a beginning of it.
  bool Contradicts(std::string_view text) const;

 private:
  std::string handed_out_;
  std::string held_back_;
};

}  // namespace monsoon
