// Connection: one open connection to the engine, plain or TLS, and who uses it now.
//
// A plain one is a bare socket, read with recv(2), or with recvmsg(2) where the kernel's receive
// stamp is wanted. A TLS one is read and written through the Dial that opened it.
//
// Belongs to its load thread and to the ConnectionPool that adopted it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "agent/io/http/dial.h"
#include "agent/io/http/poller.h"

namespace monsoon {

class Connection;

// Whoever has a request on a connection.
class ConnectionUser {
 public:
  // EPOLLIN and the like: bytes, room for bytes, or the end.
  virtual void OnConnectionReady(uint32_t events) = 0;
  // The connection that it waited for, which is its own from now on; or why there is none.
  virtual void OnConnected(Connection* connection) = 0;
  virtual void OnConnectFailed(ErrorClass error_class, std::string_view error) = 0;
  // SocketHandler::Prefetch.
  virtual void Prefetch(int step) const = 0;

 protected:
  ~ConnectionUser() = default;
};

// Whoever keeps the connection while nobody uses it.
class ConnectionOwner {
 public:
  // Something happened on a connection on which nothing was asked: its end, or bytes that can only
  // confuse.
  virtual void OnIdleConnectionReady(Connection& connection) = 0;

 protected:
  ~ConnectionOwner() = default;
};

class Connection final : public SocketHandler {
 public:
  struct ReadResult {
    enum class Kind : uint8_t { kBytes, kNothingYet, kEnd, kBroken };
    Kind kind;
    std::string_view bytes;      // in the caller's buffer
    int64_t received_at_ns = 0;  // of the last of them, by the kernel, CLOCK_REALTIME; 0: not told
    int error = 0;               // errno at kBroken
  };

  // Edge-triggered: epoll then needs not look at the socket again after each event, which is an
  // eighth of the whole cost of one. So whoever hears of EPOLLIN must read until a read brings less
  // than it has room for, and after EPOLLRDHUP and the like until the end.
  static constexpr uint32_t kReadEvents = EPOLLIN | EPOLLRDHUP | EPOLLET;

  Connection(UniqueFd socket, const ConnectTimes& times, ConnectionOwner* owner);
  Connection(std::unique_ptr<Dial> tls, const ConnectTimes& times, ConnectionOwner* owner);

  int socket() const { return socket_; }
  bool is_tls() const { return tls_ != nullptr; }
  const ConnectTimes& times() const { return times_; }

  // At most one system call. `want_stamp`: ask for received_at_ns too.
  ReadResult Read(std::span<char> buffer, bool want_stamp);
  // Sends what it can of `head` followed by `body`; bytes sent, or -1 with errno.
  ssize_t Write(std::string_view head, std::string_view body);

  void OnReady(uint32_t events) override;
  void Prefetch(int step) const override;

  // The following are the pool's to call. A retired one ignores events, which may be out of date.
  void Use(ConnectionUser* user);
  void Rest(int64_t now_ns);
  void Doom() { doomed_ = true; }
  void Retire();

  bool in_use() const { return user_ != nullptr; }
  bool first_use() const { return uses_ <= 1; }  // nothing was asked on it before
  bool used() const { return uses_ > 0; }
  bool doomed() const { return doomed_; }  // will not carry another request
  int64_t idle_since_ns() const { return idle_since_ns_; }

 private:
  ReadResult ReadStamped(std::span<char> buffer);

  UniqueFd owned_socket_;
  std::unique_ptr<Dial> tls_;
  int socket_;
  const ConnectTimes times_;
  ConnectionOwner& owner_;
  ConnectionUser* user_ = nullptr;
  int64_t uses_ = 0;
  int64_t idle_since_ns_ = 0;
  bool doomed_ = false;
  bool retired_ = false;
};

}  // namespace monsoon
