#include "tests/mock_engine/http_request_parser.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "common/base/str_cat.h"

namespace monsoon::mock_engine {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";

}  // namespace

size_t HttpRequestParser::Feed(std::string_view bytes) {
  size_t used = 0;
  if (state_ == State::kHead) used += FeedHead(bytes);
  if (state_ == State::kBody) used += FeedBody(bytes.substr(used));
  return used;
}

size_t HttpRequestParser::FeedHead(std::string_view bytes) {
  size_t skipped = 0;
  // RFC 9112 2.2: empty lines before a request line are ignored.
  while (head_.empty() && skipped < bytes.size() &&
         (bytes[skipped] == '\r' || bytes[skipped] == '\n')) {
    ++skipped;
  }
  const size_t old_size = head_.size();
  head_.append(bytes.substr(skipped));
  const size_t search_from = old_size < kHeadEnd.size() ? 0 : old_size - (kHeadEnd.size() - 1);
  const size_t end = head_.find(kHeadEnd, search_from);
  if (std::min(end, head_.size()) > kMaxHeadBytes) {
    Fail(431, "The head of the request is longer than 64 KiB.");
    return bytes.size();
  }
  if (end == std::string::npos) return bytes.size();
  const size_t head_bytes = end + kHeadEnd.size();
  head_.resize(head_bytes);
  ParseHead();
  return skipped + (head_bytes - old_size);
}

size_t HttpRequestParser::FeedBody(std::string_view bytes) {
  const size_t used = std::min(bytes.size(), body_bytes_ - request_.body.size());
  request_.body.append(bytes.substr(0, used));
  if (request_.body.size() == body_bytes_) state_ = State::kComplete;
  return used;
}

void HttpRequestParser::ParseHead() {
  const std::string_view head = std::string_view(head_).substr(0, head_.size() - kHeadEnd.size());
  bool first = true;
  for (absl::string_view line : absl::StrSplit(ToAbsl(head), "\r\n")) {
    const bool good = first ? ParseRequestLine(ToStd(line)) : ParseHeader(ToStd(line));
    if (!good) return;
    first = false;
  }
  request_.body.reserve(body_bytes_);
  state_ = body_bytes_ > 0 ? State::kBody : State::kComplete;
}

bool HttpRequestParser::ParseRequestLine(std::string_view line) {
  const std::vector<std::string> parts = absl::StrSplit(ToAbsl(line), ' ');
  if (parts.size() != 3 || parts[0].empty() || !parts[1].starts_with('/')) {
    return Fail(400, "The first line of the request is not METHOD /PATH HTTP/1.1.");
  }
  if (parts[2] != "HTTP/1.1" && parts[2] != "HTTP/1.0") {
    return Fail(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
  }
  request_.method = parts[0];
  request_.target = parts[1];
  request_.http_1_0 = parts[2] == "HTTP/1.0";
  request_.keep_alive = !request_.http_1_0;
  return true;
}

bool HttpRequestParser::ParseHeader(std::string_view line) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) {
    return Fail(400, "A header line has no name or no colon.");
  }
  const absl::string_view name = ToAbsl(line.substr(0, colon));
  const absl::string_view value = absl::StripAsciiWhitespace(ToAbsl(line.substr(colon + 1)));
  if (absl::EqualsIgnoreCase(name, "content-length")) return ParseContentLength(ToStd(value));
  if (absl::EqualsIgnoreCase(name, "transfer-encoding")) {
    return Fail(411, "The body needs a Content-Length; chunked requests are not accepted.");
  }
  if (absl::EqualsIgnoreCase(name, "x-request-id")) {
    request_.request_id = std::string(value);
  } else if (absl::EqualsIgnoreCase(name, "authorization")) {
    request_.authorization = std::string(value);
  } else if (absl::EqualsIgnoreCase(name, "content-type")) {
    request_.content_type = std::string(value);
  } else if (absl::EqualsIgnoreCase(name, "x-api-key")) {
    request_.x_api_key = std::string(value);
  } else if (absl::EqualsIgnoreCase(name, "api-key")) {
    request_.api_key = std::string(value);
  } else if (absl::EqualsIgnoreCase(name, "anthropic-version")) {
    request_.anthropic_version = std::string(value);
  } else if (absl::EqualsIgnoreCase(name, "x-dashscope-sse")) {
    request_.dashscope_sse = absl::EqualsIgnoreCase(value, "enable");
  } else if (absl::EqualsIgnoreCase(name, "expect")) {
    expects_continue_ = absl::EqualsIgnoreCase(value, "100-continue");
  } else if (absl::EqualsIgnoreCase(name, "connection")) {
    if (absl::EqualsIgnoreCase(value, "close")) request_.keep_alive = false;
    if (absl::EqualsIgnoreCase(value, "keep-alive")) request_.keep_alive = true;
  }
  return true;
}

bool HttpRequestParser::ParseContentLength(std::string_view value) {
  uint64_t bytes = 0;
  if (!absl::SimpleAtoi(ToAbsl(value), &bytes)) return Fail(400, "Content-Length is not a number.");
  if (bytes > kMaxBodyBytes) return Fail(413, "The body is larger than 64 MiB.");
  body_bytes_ = bytes;
  return true;
}

bool HttpRequestParser::Fail(int status, std::string_view text) {
  state_ = State::kError;
  error_status_ = status;
  error_text_ = text;
  return false;
}

bool HttpRequestParser::TakeContinueRequest() {
  const bool asked = expects_continue_ && state_ == State::kBody && request_.body.empty();
  if (asked) expects_continue_ = false;
  return asked;
}

void HttpRequestParser::Reset() {
  state_ = State::kHead;
  head_.clear();
  request_ = HttpRequest();
  body_bytes_ = 0;
  expects_continue_ = false;
  error_status_ = 0;
  error_text_ = {};
}

}  // namespace monsoon::mock_engine
