// Dial: one attempt to open a connection to the engine, with libcurl (CURLOPT_CONNECT_ONLY): TCP
// over every allowed address (happy eyeballs), then TLS for https. What is sent on the connection
// afterwards is Connection's business. A Dial has a libcurl multi handle of its own, because
// libcurl searches all connections of a multi handle at each read of one.
//
// Belongs to its load thread; reused for one attempt after another. Must not move.
#pragma once

#include <curl/curl.h>

#include <array>
#include <cstdint>
#include <string>

#include "absl/status/status.h"

#include "agent/core/net/address_policy.h"
#include "agent/io/http/poller.h"
#include "common/model/agent_case.h"
#include "common/model/error_class.h"
#include "common/model/request_record.h"

namespace monsoon {

// What all dials of a load thread share. All pointers outlive them.
struct DialContext {
  const AgentCase* agent_case = nullptr;
  const AddressPolicy* policy = nullptr;
  const Clock* clock = nullptr;
  Poller* poller = nullptr;
  curl_slist* resolve = nullptr;
};

// When a connection came to be; monotonic ns, kNever where a step did not happen.
struct ConnectTimes {
  int64_t begin_ns = kNever;
  int64_t connected_ns = kNever;
  int64_t tls_ns = kNever;
};

class Dial;

class DialListener {
 public:
  // `dial` is no longer dialing().
  virtual void OnDialEnded(Dial& dial) = 0;

 protected:
  ~DialListener() = default;
};

class Dial final : public SocketHandler {
 public:
  Dial(const DialContext* context, DialListener* listener)
      : context_(*context), listener_(*listener) {}
  ~Dial();
  Dial(const Dial&) = delete;
  Dial& operator=(const Dial&) = delete;

  // INTERNAL when libcurl refuses an option.
  absl::Status Init();

  // Begins to connect. The listener hears of the end, maybe before this returns.
  void Begin();
  void OnReady(uint32_t events) override;
  // To be called every few ms while dialing(): libcurl's timers, and the limit of the time.
  void Tick(int64_t now_ns);

  bool dialing() const { return dialing_; }

  // After the end: kNone, or why there is no connection, and a sentence for the user.
  ErrorClass error_class() const { return error_class_; }
  const std::string& error() const { return error_; }
  const ConnectTimes& times() const { return times_; }

  // After a success without TLS: the connected socket, not blocking; the dial can be used again.
  UniqueFd TakeSocket();

  // After a success with TLS: the encrypted stream, for as long as the dial lives and is not used
  // again. Both answer like recv(2) and send(2) of a socket that does not block.
  int socket() const;
  ssize_t Receive(char* data, size_t size);
  ssize_t Send(const char* data, size_t size);
  // Closes what was connected; the dial can be used again.
  void HangUp();

 private:
  static int OnSocket(CURL* easy, curl_socket_t socket, int what, void* self, void* watched);
  static curl_socket_t OnOpenSocket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int OnCloseSocket(void* self, curl_socket_t socket);

  template <typename T>
  bool Set(CURLoption option, T value) {
    return curl_easy_setopt(easy_, option, value) == CURLE_OK;
  }
  bool SetOptions();
  void Step(curl_socket_t socket);
  bool LookForEnd();
  void End(ErrorClass error_class, std::string error);
  std::string Describe(CURLcode code) const;
  void StampTimes();

  const DialContext& context_;
  DialListener& listener_;
  CURLM* multi_ = nullptr;
  CURL* easy_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> error_buffer_{};
  std::array<curl_socket_t, 4> watched_{-1, -1, -1, -1};  // two address families at once, at most
  std::string refused_address_;                           // why the policy refused to connect
  ConnectTimes times_;
  ErrorClass error_class_ = ErrorClass::kNone;
  std::string error_;
  bool attached_ = false;  // easy_ is in multi_
  bool dialing_ = false;
  bool keep_socket_ = false;  // what libcurl closes now is taken over
  int taken_socket_ = -1;
};

}  // namespace monsoon
