// One accepted connection: reads requests, carries out the engine's replies one after the other,
// and notes what really happened and when.
//
// Lives on its loop's thread and is driven by the loop alone; everything it needs from there it
// asks of ConnectionHost. It owns the socket. After each call the loop looks at closed() and
// destroys a closed connection. Times are CLOCK_MONOTONIC nanoseconds.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tests/mock_engine/engine.h"
#include "tests/mock_engine/http_request_parser.h"
#include "tests/mock_engine/scoped_fd.h"
#include "tests/mock_engine/socket_writer.h"
#include "tests/mock_engine/tls.h"
#include "tests/mock_engine/truth_log.h"

namespace monsoon::mock_engine {

// What a connection asks of its loop.
class ConnectionHost {
 public:
  virtual ~ConnectionHost() = default;

  virtual int64_t NowNs() const = 0;
  virtual Engine& engine() = 0;

  // Null: plain HTTP.
  virtual const TlsContext* tls() const = 0;

  // Memory to read into; contents last until the next read of any connection of the loop.
  virtual char* read_buffer() = 0;
  virtual size_t read_buffer_bytes() const = 0;

  // Connection::OnTimer(due_ns, ...) will be called once that time has come.
  virtual void WakeAt(uint64_t key, int64_t due_ns) = 0;

  // True: the slot is there. False: Connection::OnSlot() will be called when it is.
  virtual bool AcquireSlot(uint64_t key) = 0;
  virtual void ReleaseSlot() = 0;
  virtual void CancelSlot(uint64_t key) = 0;

  // For the log and the summary.
  virtual void OnRequest(const HttpRequest& request, const Reply& reply) = 0;
  virtual void OnTokens(int64_t tokens, int64_t lateness_ns) = 0;
  virtual void OnGenerationEnd(RequestTruth truth) = 0;
};

inline constexpr int64_t kNever = INT64_MAX;

// A request and its reply, as far as it has come.
struct Exchange {
  Reply reply;
  RequestTruth truth;
  int64_t headers_due_ns = kNever;
  int64_t step_due_ns = kNever;
  bool slot_wanted = false;
  bool slot_held = false;
  bool hung = false;
  bool complete = false;  // its last bytes are with the SocketWriter
};

class Connection {
 public:
  // `id` is the number for the log, `key` the loop's name for this connection.
  Connection(uint64_t key, ScopedFd socket, uint64_t id, ConnectionHost& host)
      : key_(key), id_(id), host_(host), socket_(std::move(socket)), writer_(socket_.get()) {
    if (host.tls() != nullptr) tls_ = std::make_unique<TlsSession>(*host.tls());
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  uint64_t key() const { return key_; }
  int fd() const { return socket_.get(); }
  bool closed() const { return !socket_.valid(); }

  void OnReadable();
  void OnWritable();
  void OnPeerGone();
  void OnTimer(int64_t due_ns, int64_t now_ns);
  void OnSlot(int64_t now_ns);
  void OnStop();

 private:
  void OnBytes(std::string_view bytes, int64_t received_ns);
  void OnCiphertext(std::string_view bytes, int64_t received_ns);
  void FeedParser(std::string_view bytes, int64_t received_ns);
  void TakeHeldBytes();
  void StartExchange(Reply reply, int64_t received_ns);
  void SendHeaders();
  void RunStep();
  void SendStep(const Step& step, int64_t due_ns);
  void AfterStep(const Step& step);
  void Rearm();
  void WakeAt(int64_t due_ns);
  bool Send(std::string_view bytes);
  bool Write(std::string_view bytes);
  void CompleteIfWritten();
  void EndExchange(std::string_view outcome);
  void CloseAfterReading();
  void Close() { socket_.Reset(); }
  void Reset();

  const uint64_t key_;
  const uint64_t id_;
  ConnectionHost& host_;
  ScopedFd socket_;
  SocketWriter writer_;
  std::unique_ptr<TlsSession> tls_;  // null: plain HTTP
  HttpRequestParser parser_;
  std::optional<Exchange> exchange_;
  std::string held_bytes_;  // came while a reply was under way
  int64_t wake_ns_ = kNever;
  bool discarding_ = false;  // said all; waits for the peer to close
};

}  // namespace monsoon::mock_engine
