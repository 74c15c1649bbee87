// A blocking client and a log reader for tests that run a whole server in their process.
//
// Each read gives up after five seconds, so that a broken server fails a test and never hangs it.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/mock_engine/scoped_fd.h"

namespace monsoon::mock_engine {

class TestClient {
 public:
  // Connects to 127.0.0.1.
  explicit TestClient(uint16_t port);

  void Send(std::string_view bytes);
  // A POST of JSON; `headers` are complete lines.
  void Post(std::string_view path, std::string_view body, std::string_view headers = "");
  void SendChat(std::string_view request_id, int max_tokens, bool stream = true);

  // Everything up to and including `end`; what came so far if the connection ended before.
  std::string ReadUntil(std::string_view end);

  // A whole response: up to its last HTTP chunk, or as long as its Content-Length says.
  std::string ReadStream() { return ReadUntil("\r\n0\r\n\r\n"); }
  std::string ReadWhole();

  enum class End { kOpen, kClosed, kReset };

  // Everything until the connection ends.
  std::string ReadAll();

  // How the connection stands after everything still to be read has been read away.
  End ReadToEnd();

  void Close() { socket_.Reset(); }

 private:
  // False at the end of the connection or after five seconds.
  bool ReadMore();

  ScopedFd socket_;
  std::string unread_;
  End end_ = End::kOpen;
};

// The rows of a truth log by request id, each a map from column name to text.
std::map<std::string, std::map<std::string, std::string>> ReadTruthLog(const std::string& path);

}  // namespace monsoon::mock_engine
