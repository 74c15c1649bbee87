// Sends bytes on a non-blocking socket and keeps what the kernel does not take.
//
// One write() per Send() as long as the peer reads; after that the bytes wait here for Flush().
// The socket belongs to the caller. Not thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace monsoon::mock_engine {

class SocketWriter {
 public:
  explicit SocketWriter(int fd) : fd_(fd) {}

  // False if the peer is gone. Bytes are taken in any other case.
  bool Send(std::string_view bytes);

  // Tries the waiting bytes again; false if the peer is gone.
  bool Flush();

  // Everything has been handed to the kernel.
  bool empty() const { return waiting_.empty(); }

 private:
  // Bytes that the kernel took, or -1 if the peer is gone.
  ptrdiff_t Write(std::string_view bytes) const;

  int fd_;
  std::string waiting_;
  size_t written_ = 0;  // of waiting_
};

}  // namespace monsoon::mock_engine
