// Plays one response into a ResponseParser, cut into reads, and writes down what came out; for
// tests and the fuzzer. Each read is a heap copy of exact size that is gone before the next one, so
// that AddressSanitizer sees every byte read too far or too late.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/http/response_parser.h"

namespace monsoon {

struct SeenResponse {
  int heads = 0;
  int status = 0;
  std::string content_type;
  std::string content_encoding;
  bool chunked = false;
  std::optional<uint64_t> content_length;
  bool keep_alive = false;
  std::string body;
  bool ended = false;  // by itself; else by closing, or not at all
  bool ended_by_close = false;
  ErrorClass error_class = ErrorClass::kNone;
  std::string error;
  std::string rest;  // bytes that were not asked for

  friend bool operator==(const SeenResponse&, const SeenResponse&) = default;
};

// What a caller may rely on whatever comes; a breach ends the program.
inline void Demand(bool condition) {
  if (!condition) std::abort();
}

// Feeds one read. True when the response is over.
inline bool PlayRead(ResponseParser& parser, std::string_view input, SeenResponse& seen) {
  using Event = ResponseParser::Event;
  const std::string_view read = input;
  while (true) {
    std::string_view body;
    const Event event = parser.Next(input, body);
    Demand((event == Event::kBody) == !body.empty());
    Demand(read.data() + read.size() == input.data() + input.size());
    switch (event) {
      case Event::kHead:
        ++seen.heads;
        seen.status = parser.status();
        seen.content_type = parser.content_type();
        seen.content_encoding = parser.content_encoding();
        seen.chunked = parser.chunked();
        seen.content_length = parser.content_length();
        seen.keep_alive = parser.keep_alive();
        break;
      case Event::kBody:
        Demand(seen.heads == 1 && body.data() >= read.data() &&
               body.data() + body.size() <= input.data());
        seen.body.append(body);
        break;
      case Event::kEnd:
        Demand(seen.heads == 1);
        seen.ended = true;
        seen.rest.append(input);
        return true;
      case Event::kError:
        seen.error_class = parser.error_class();
        seen.error = parser.error();
        return true;
      case Event::kNeedMore:
        Demand(input.empty());
        return false;
    }
  }
}

// Plays `reads`, then the closing of the connection.
inline SeenResponse ReadResponse(ResponseParser& parser,
                                 const std::vector<std::string_view>& reads) {
  using Event = ResponseParser::Event;
  SeenResponse seen;
  bool over = false;
  parser.Begin();
  for (const std::string_view bytes : reads) {
    if (over) {
      if (seen.ended) seen.rest.append(bytes);
      continue;
    }
    const std::vector<char> read(bytes.begin(), bytes.end());
    over = PlayRead(parser, {read.data(), read.size()}, seen);
  }
  const Event closed = parser.Close();
  Demand(closed == Event::kEnd || closed == Event::kError);
  Demand(parser.head_seen() == (seen.heads == 1));
  seen.ended_by_close = closed == Event::kEnd && !seen.ended;
  seen.error_class = parser.error_class();
  seen.error = parser.error();
  return seen;
}

}  // namespace monsoon
