// ResponseEnd: finds the end of a chunked HTTP response by its last seven bytes, wherever the reads
// cut them. It knows no HTTP: it relies on a client that sends its next request only after the end,
// so that a response's end is always the end of a read, and on a body in which that text does not
// end a read by chance (the mock engine's events end otherwise).
//
// Pure; one object per connection, one thread. Ready for the next response once it said "ended".
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace monsoon::bench {

class ResponseEnd {
 public:
  // Takes the connection's next bytes; true when the response ends with them.
  bool Feed(std::string_view bytes) {
    const size_t fresh = std::min(bytes.size(), kMark.size());
    std::memmove(tail_, tail_ + fresh, kMark.size() - fresh);
    std::memcpy(tail_ + kMark.size() - fresh, bytes.data() + bytes.size() - fresh, fresh);
    if (std::memcmp(tail_, kMark.data(), kMark.size()) != 0) return false;
    std::memset(tail_, 0, sizeof(tail_));
    return true;
  }

 private:
  // The end of a chunk, the empty chunk, no trailers (RFC 9112, section 7.1).
  static constexpr std::string_view kMark = "\r\n0\r\n\r\n";

  char tail_[kMark.size()] = {};
};

}  // namespace monsoon::bench
