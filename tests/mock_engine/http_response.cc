#include "tests/mock_engine/http_response.h"

#include "common/base/str_cat.h"

namespace monsoon::mock_engine {
namespace {

std::string_view ReasonOf(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

std::string_view ConnectionHeader(bool keep_alive) {
  return keep_alive ? "" : "connection: close\r\n";
}

}  // namespace

std::string WholeResponse(int status, std::string_view content_type, std::string_view body,
                          bool keep_alive, std::string_view extra_headers) {
  return StrCat("HTTP/1.1 ", status, " ", ReasonOf(status),
                "\r\nserver: mock_engine\r\ncontent-type: ", content_type,
                "\r\ncontent-length: ", body.size(), "\r\n", ConnectionHeader(keep_alive),
                extra_headers, "\r\n", body);
}

std::string StreamHead(bool keep_alive) {
  return StrCat(
      "HTTP/1.1 200 OK\r\nserver: mock_engine\r\n"
      "content-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n",
      ConnectionHeader(keep_alive), "\r\n");
}

std::string_view HttpChunkBuilder::Finish(std::string_view after) {
  size_t begin = kHeadroom;
  if (!empty()) {
    static constexpr char kDigits[] = "0123456789abcdef";
    size_t left = buffer_.size() - kHeadroom;
    buffer_[--begin] = '\n';
    buffer_[--begin] = '\r';
    for (; left > 0; left /= 16) buffer_[--begin] = kDigits[left % 16];
    buffer_.append("\r\n");
  }
  buffer_.append(after);
  return std::string_view(buffer_).substr(begin);
}

}  // namespace monsoon::mock_engine
