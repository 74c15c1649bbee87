// EventCounter: counts the events of a server-sent-event stream as cheaply as can be: occurrences
// of "data: ", wherever the reads cut them. It looks at nothing else, so it is no decoder: that
// text inside an event's data would count as well (the mock engine never sends it).
//
// Pure; one object per stream, one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace monsoon::bench {

class EventCounter {
 public:
  // Takes the stream's next bytes; returns the number of events that began with them.
  int64_t Feed(std::string_view bytes) {
    int64_t events = 0;
    if (matched_ > 0 && !Continue(bytes, events)) return 0;
    while (!bytes.empty()) {
      const void* found = memchr(bytes.data(), kMark[0], bytes.size());
      if (found == nullptr) break;
      bytes.remove_prefix(static_cast<size_t>(static_cast<const char*>(found) - bytes.data()));
      const size_t length = std::min(bytes.size(), kMark.size());
      if (bytes.substr(0, length) != kMark.substr(0, length)) {
        bytes.remove_prefix(1);
      } else if (length == kMark.size()) {
        ++events;
        bytes.remove_prefix(length);
      } else {
        matched_ = length;
        break;
      }
    }
    return events;
  }

 private:
  static constexpr std::string_view kMark = "data: ";

  // Goes on with a mark that the last read cut. False when it is still not decided. No end of a
  // part of the mark begins the mark, so after a mismatch the search begins anew.
  bool Continue(std::string_view& bytes, int64_t& events) {
    const std::string_view rest = kMark.substr(matched_);
    const size_t length = std::min(bytes.size(), rest.size());
    if (bytes.substr(0, length) != rest.substr(0, length)) {
      matched_ = 0;
      return true;
    }
    bytes.remove_prefix(length);
    matched_ += length;
    if (matched_ < kMark.size()) return false;
    matched_ = 0;
    ++events;
    return true;
  }

  size_t matched_ = 0;  // bytes of a mark at the end of the last read
};

}  // namespace monsoon::bench
