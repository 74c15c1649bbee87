#include "agent/io/http/connection.h"

#include <linux/errqueue.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "common/time/clock.h"

namespace monsoon {
namespace {

using ReadResult = Connection::ReadResult;

ReadResult ResultOf(ssize_t count, const char* data) {
  if (count > 0) {
    return {.kind = ReadResult::Kind::kBytes,
            .bytes = std::string_view(data, static_cast<size_t>(count))};
  }
  if (count == 0) return {.kind = ReadResult::Kind::kEnd};
  if (errno == EAGAIN || errno == EINTR) return {.kind = ReadResult::Kind::kNothingYet};
  return {.kind = ReadResult::Kind::kBroken, .error = errno};
}

int64_t StampOf(msghdr& message) {
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_TIMESTAMPING) continue;
    scm_timestamping stamps;
    std::memcpy(&stamps, CMSG_DATA(header), sizeof(stamps));
    return stamps.ts[0].tv_sec * kNsPerS + stamps.ts[0].tv_nsec;
  }
  return 0;
}

}  // namespace

Connection::Connection(UniqueFd socket, const ConnectTimes& times, ConnectionOwner* owner)
    : owned_socket_(std::move(socket)),
      socket_(owned_socket_.get()),
      times_(times),
      owner_(*owner) {}

Connection::Connection(std::unique_ptr<Dial> tls, const ConnectTimes& times, ConnectionOwner* owner)
    : tls_(std::move(tls)), socket_(tls_->socket()), times_(times), owner_(*owner) {}

ReadResult Connection::Read(std::span<char> buffer, bool want_stamp) {
  if (tls_ != nullptr) return ResultOf(tls_->Receive(buffer.data(), buffer.size()), buffer.data());
  if (want_stamp) return ReadStamped(buffer);
  return ResultOf(recv(socket_, buffer.data(), buffer.size(), 0), buffer.data());
}

ReadResult Connection::ReadStamped(std::span<char> buffer) {
  iovec vector{.iov_base = buffer.data(), .iov_len = buffer.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(scm_timestamping)) * 2];
  msghdr message{};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  ReadResult result = ResultOf(recvmsg(socket_, &message, 0), buffer.data());
  if (result.kind == ReadResult::Kind::kBytes) result.received_at_ns = StampOf(message);
  return result;
}

ssize_t Connection::Write(std::string_view head, std::string_view body) {
  if (tls_ != nullptr) {
    const std::string_view next = head.empty() ? body : head;
    return tls_->Send(next.data(), next.size());
  }
  iovec vectors[2] = {{const_cast<char*>(head.data()), head.size()},
                      {const_cast<char*>(body.data()), body.size()}};
  msghdr message{};
  message.msg_iov = vectors;
  message.msg_iovlen = 2;
  return sendmsg(socket_, &message, MSG_NOSIGNAL);
}

void Connection::OnReady(uint32_t events) {
  if (retired_) return;
  if (user_ != nullptr) {
    user_->OnConnectionReady(events);
  } else {
    owner_.OnIdleConnectionReady(*this);
  }
}

void Connection::Prefetch(int step) const {
  if (user_ != nullptr) user_->Prefetch(step);
}

void Connection::Use(ConnectionUser* user) {
  user_ = user;
  ++uses_;
}

void Connection::Rest(int64_t now_ns) {
  user_ = nullptr;
  idle_since_ns_ = now_ns;
}

void Connection::Retire() {
  user_ = nullptr;
  retired_ = true;
}

}  // namespace monsoon
