#include "tests/mock_engine/stamped_read.h"

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cstring>

namespace monsoon::mock_engine {
namespace {

int64_t ToNs(const timespec& time) { return time.tv_sec * 1'000'000'000 + time.tv_nsec; }

int64_t ReadClock(clockid_t id) {
  timespec now{};
  clock_gettime(id, &now);
  return ToNs(now);
}

}  // namespace

void AskForReceiveStamps(int socket) {
  const int flags = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
  setsockopt(socket, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof(flags));
}

ssize_t ReadStamped(int socket, char* data, size_t size, int64_t* received_ns) {
  iovec vector{.iov_base = data, .iov_len = size};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(scm_timestamping)) * 2];
  msghdr message{};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  const ssize_t count = recvmsg(socket, &message, 0);
  const int64_t now_ns = ReadClock(CLOCK_MONOTONIC);
  *received_ns = now_ns;
  if (count <= 0) return count;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_TIMESTAMPING) continue;
    scm_timestamping stamps;
    std::memcpy(&stamps, CMSG_DATA(header), sizeof(stamps));
    if (stamps.ts[0].tv_sec == 0) continue;
    const int64_t age_ns = ReadClock(CLOCK_REALTIME) - ToNs(stamps.ts[0]);
    // A wall clock that was set meanwhile makes no sense of it.
    if (age_ns >= 0 && age_ns < 10'000'000'000) *received_ns = now_ns - age_ns;
  }
  return count;
}

}  // namespace monsoon::mock_engine
