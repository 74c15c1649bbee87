#include "tests/mock_engine/http_response.h"

#include "common/base/str_cat.h"

namespace monsoon::mock_engine {
namespace {

std::string_view ReasonOf(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 307:
      return "Temporary Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    case 529:
      return "Site is overloaded";
    default:
      return "Unknown";
  }
}

std::string_view ConnectionHeader(bool keep_alive) {
  return keep_alive ? "" : "connection: close\r\n";
}

}  // namespace

std::string StatusLine(int status) {
  return StrCat("HTTP/1.1 ", status, " ", ReasonOf(status), "\r\n");
}

std::string WholeResponse(int status, std::string_view content_type, std::string_view body,
                          bool keep_alive, std::string_view extra_headers) {
  return StrCat(StatusLine(status), "server: mock_engine\r\ncontent-type: ", content_type,
                "\r\ncontent-length: ", body.size(), "\r\n", ConnectionHeader(keep_alive),
                extra_headers, "\r\n", body);
}

}  // namespace monsoon::mock_engine
