#include "tests/mock_engine/socket_writer.h"

#include <sys/socket.h>

#include <cerrno>

namespace monsoon::mock_engine {

bool SocketWriter::Send(std::string_view bytes) {
  if (!waiting_.empty()) {
    waiting_.append(bytes);
    return true;
  }
  const ptrdiff_t taken = Write(bytes);
  if (taken < 0) return false;
  if (static_cast<size_t>(taken) < bytes.size()) waiting_.append(bytes.substr(taken));
  return true;
}

bool SocketWriter::Flush() {
  if (waiting_.empty()) return true;
  const ptrdiff_t taken = Write(std::string_view(waiting_).substr(written_));
  if (taken < 0) return false;
  written_ += taken;
  if (written_ == waiting_.size()) {
    waiting_.clear();
    written_ = 0;
  }
  return true;
}

ptrdiff_t SocketWriter::Write(std::string_view bytes) const {
  size_t taken = 0;
  while (taken < bytes.size()) {
    const ssize_t n = send(fd_, bytes.data() + taken, bytes.size() - taken, MSG_NOSIGNAL);
    if (n >= 0) {
      taken += n;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      break;
    } else if (errno != EINTR) {
      return -1;
    }
  }
  return static_cast<ptrdiff_t>(taken);
}

}  // namespace monsoon::mock_engine
