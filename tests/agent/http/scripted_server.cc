#include "tests/agent/http/scripted_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace monsoon {

ScriptedServer::ScriptedServer() {
  listener_ = UniqueFd(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(bind(listener_.get(), generic, size), 0);
  EXPECT_EQ(listen(listener_.get(), 64), 0);
  EXPECT_EQ(getsockname(listener_.get(), generic, &size), 0);
  port_ = ntohs(address.sin_port);
}

std::string ScriptedServer::address() const { return "127.0.0.1:" + std::to_string(port_); }

size_t ScriptedServer::Accept() {
  for (;;) {
    const int socket = accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) return peers_.size();
    peers_.push_back({UniqueFd(socket), "", false});
  }
}

void ScriptedServer::Drain(Peer& peer) {
  std::array<char, 65536> buffer;
  while (!peer.left) {
    const ssize_t count = recv(peer.socket.get(), buffer.data(), buffer.size(), 0);
    if (count > 0) {
      peer.received.append(buffer.data(), static_cast<size_t>(count));
    } else if (count == 0 || errno != EAGAIN) {
      peer.left = true;
    } else {
      return;
    }
  }
}

const std::string& ScriptedServer::Received(size_t index) {
  Drain(peers_.at(index));
  return peers_[index].received;
}

bool ScriptedServer::ClientLeft(size_t index) {
  Drain(peers_.at(index));
  return peers_[index].left;
}

void ScriptedServer::Write(size_t index, std::string_view bytes) {
  EXPECT_EQ(send(peers_.at(index).socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(bytes.size()));
}

void ScriptedServer::Close(size_t index) { peers_.at(index).socket = UniqueFd(); }

void ScriptedServer::CloseHalf(size_t index) {
  EXPECT_EQ(shutdown(peers_.at(index).socket.get(), SHUT_WR), 0);
}

void ScriptedServer::Reset(size_t index) {
  const linger now{.l_onoff = 1, .l_linger = 0};
  setsockopt(peers_.at(index).socket.get(), SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  Close(index);
}

}  // namespace monsoon
