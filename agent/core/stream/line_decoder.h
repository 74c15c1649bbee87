// LineDecoder: turns the bytes of one HTTP body into lines (NDJSON: one JSON value each).
//
// Feed() takes whatever the network delivered, cut at any byte, and calls the handler for every
// line that these bytes complete, before it returns. Lines end with LF; a CR before it stays (it is
// a blank of JSON). The same bytes give the same calls however they are cut. A line that lies whole
// inside the fed bytes is a view of them; the others go through a buffer that keeps its capacity,
// so that in steady state nothing is allocated. Every byte is looked at once. Pure: no I/O, no
// JSON.
//
// Not thread-safe: one decoder per stream.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace monsoon {

class LineHandler {
 public:
  virtual ~LineHandler() = default;

  // A line without its LF; the view lives during the call. False: take no more of these bytes.
  virtual bool OnLine(std::string_view line) = 0;
};

class LineDecoder {
 public:
  // REQUIRES: max_line_bytes > 0.
  explicit LineDecoder(size_t max_line_bytes) : max_line_bytes_(max_line_bytes) {}

  // How many of the bytes were taken: all of them, unless the handler said to stop.
  size_t Feed(std::string_view bytes, LineHandler& handler);
  // What came after the last LF.
  std::string_view rest() const { return partial_; }
  // Forgets the stream, keeps the buffer (one beyond 1 MiB is given back).
  void Reset();

  // Sticky: a line was longer than max_line_bytes. Everything after it is ignored.
  bool too_long() const { return too_long_; }

 private:
  const size_t max_line_bytes_;
  std::string partial_;
  bool too_long_ = false;
};

}  // namespace monsoon
