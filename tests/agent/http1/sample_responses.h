// Responses of every framing, good and bad, for the properties that hold for all of them.
#pragma once

#include <string>
#include <vector>

namespace monsoon {

inline const std::vector<std::string>& SampleResponses() {
  static const std::vector<std::string> samples = {
      // An SSE stream as uvicorn sends it, with a 100 and a 103 before it.
      ("HTTP/1.1 100 Continue\r\n\r\n"
       "HTTP/1.1 103 Early Hints\r\nContent-Length: 7\r\nLink: </a>\r\n\r\n"
       "HTTP/1.1 200 OK\r\ndate: Mon, 01 Jan 2024 00:00:00 GMT\r\nserver: uvicorn\r\n"
       "content-type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
       "10\r\ndata: {\"a\":\"b\"}\n\r\n1\r\n\n\r\nE\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"),
      ("HTTP/1.1 200 OK\r\nTransfer-Encoding: , Chunked\r\nConnection: x, Close\r\n\r\n"
       "0005 \t; a=\"b\r\nhello\n00a;x\n0123456789\r\n000\r\nTrailer: 1\r\n more\r\n\r\n"),
      "HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: 5, 5\n\nhello",
      "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nX-Long: a\r\n b\r\n\tc\r\n\r\n",
      "HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n\r\nuntil the end\r\n0\r\n\r\n",
      "HTTP/1.0 200\r\nConnection: Keep-Alive\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 200 OK",
      "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
      "HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n",
      ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\nTransfer-Encoding: "
       "chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"),
      // Bad ones.
      "SSH-2.0-OpenSSH_9.2\r\n",
      "HTTP/2 200\r\n\r\n",
      "HTTP/1.1 2000 OK\r\n\r\n",
      "HTTP/1.1 101 Switching Protocols\r\n\r\n",
      "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
      std::string("HTTP/1.1 200 OK\r\nX: \0\r\n\r\n", 25),
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\rx",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n-1\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8000000000000000\r\n",
      // Cut off.
      "",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
  };
  return samples;
}

}  // namespace monsoon
