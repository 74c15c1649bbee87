// The HTTP/1.1 bytes of responses that are known as a whole.
//
// Pure functions; no sockets. Streams are HttpBody's.
#pragma once

#include <string>
#include <string_view>

namespace monsoon::mock_engine {

// "HTTP/1.1 200 OK", with its line end.
std::string StatusLine(int status);

// A whole response. `extra_headers` is "" or complete lines, each ending in CRLF.
std::string WholeResponse(int status, std::string_view content_type, std::string_view body,
                          bool keep_alive, std::string_view extra_headers = "");

}  // namespace monsoon::mock_engine
