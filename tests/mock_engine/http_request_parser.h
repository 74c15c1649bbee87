// Turns the bytes of one connection into HTTP/1.x requests.
//
// Feed() accepts whatever the network delivered, cut at any byte, and stops at the end of the
// first complete request; the caller handles it, calls Reset() and feeds the rest. Pure: no
// sockets, no clock. Not thread-safe: one parser per connection.
//
// Limits: 64 KiB of head, 64 MiB of body. A body needs a Content-Length; a chunked request body
// is refused with 411.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace monsoon::mock_engine {

// The parts of a request that an engine looks at; header values are trimmed.
struct HttpRequest {
  std::string method;
  std::string target;
  std::string request_id;     // x-request-id
  std::string authorization;  // as sent, with its scheme
  std::string x_api_key;
  std::string api_key;
  std::string anthropic_version;
  std::string content_type;
  std::string body;
  bool keep_alive = true;
  bool http_1_0 = false;
  bool dashscope_sse = false;  // X-DashScope-SSE: enable
};

class HttpRequestParser {
 public:
  enum class State { kHead, kBody, kComplete, kError };

  static constexpr size_t kMaxHeadBytes = 64 * 1024;
  static constexpr size_t kMaxBodyBytes = 64 * 1024 * 1024;

  // Takes bytes of the current request and says how many; fewer than given only when the state is
  // kComplete or kError afterwards.
  size_t Feed(std::string_view bytes);

  State state() const { return state_; }

  // Nothing of a request has been seen since the last Reset().
  bool idle() const { return state_ == State::kHead && head_.empty(); }

  // Valid in kComplete, until Reset().
  const HttpRequest& request() const { return request_; }

  // Valid in kError.
  int error_status() const { return error_status_; }
  std::string_view error_text() const { return error_text_; }

  // True once per request whose client waits for "100 Continue" before it sends the body.
  bool TakeContinueRequest();

  // Ready for the next request.
  void Reset();

 private:
  size_t FeedHead(std::string_view bytes);
  size_t FeedBody(std::string_view bytes);
  void ParseHead();
  bool ParseRequestLine(std::string_view line);
  bool ParseHeader(std::string_view line);
  bool ParseContentLength(std::string_view value);
  bool Fail(int status, std::string_view text);

  State state_ = State::kHead;
  std::string head_;
  HttpRequest request_;
  size_t body_bytes_ = 0;
  bool expects_continue_ = false;
  int error_status_ = 0;
  std::string_view error_text_;  // static storage
};

}  // namespace monsoon::mock_engine
