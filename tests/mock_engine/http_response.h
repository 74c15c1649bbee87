// The HTTP/1.1 bytes of responses: whole ones with a Content-Length, and the pieces of a chunked
// stream.
//
// Pure functions and a reusable buffer; no sockets.
#pragma once

#include <string>
#include <string_view>

namespace monsoon::mock_engine {

// The last bytes of every chunked body.
inline constexpr std::string_view kLastHttpChunk = "0\r\n\r\n";

// A whole response. `extra_headers` is "" or complete lines, each ending in CRLF.
std::string WholeResponse(int status, std::string_view content_type, std::string_view body,
                          bool keep_alive, std::string_view extra_headers = "");

// The head of a chunked event stream.
std::string StreamHead(bool keep_alive);

// Builds HTTP chunks without allocating once its buffer has grown to its working size: append the
// payload to body(), then Finish(). Not thread-safe.
class HttpChunkBuilder {
 public:
  // Where the payload is appended; empty after Clear(). Append only.
  std::string& body() { return buffer_; }

  void Clear() { buffer_.assign(kHeadroom, ' '); }
  bool empty() const { return buffer_.size() == kHeadroom; }

  // Frames what was appended since Clear() as one HTTP chunk ("" if nothing was), followed by
  // `after`. The result is valid until the next call.
  std::string_view Finish(std::string_view after = "");

 private:
  static constexpr size_t kHeadroom = 18;  // 16 hexadecimal digits, CR, LF

  std::string buffer_ = std::string(kHeadroom, ' ');
};

}  // namespace monsoon::mock_engine
