// EngineCall: HTTP requests to an engine one after the other, each waited for, for what is not
// load: a probe. It dials as the load threads do (Dial) and reads what comes with the same parser,
// so that it meets the same network, policy and certificates; it keeps its connection from one
// request to the next where the engine allows it.
//
// Belongs to one thread, which it blocks. Cancelled from any thread through the flag, within some
// 20 ms.
#pragma once

#include <curl/curl.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "agent/core/http/response_parser.h"
#include "agent/io/http/connection.h"
#include "agent/io/http/dial.h"
#include "agent/io/http/poller.h"
#include "agent/io/http/resolve.h"

namespace monsoon {

class EngineCall final : public DialListener, public ConnectionOwner {
 public:
  // How much of an answer has come: what matters of it is waited for until the limit, its end some
  // seconds.
  enum class Stage : uint8_t {
    kBeginning,
    kText,  // its end is good to have
    kOver,  // nothing that may still come changes anything
  };

  // Whoever an answer is for.
  class Answer {
   public:
    // Bytes arrived at `now_ns`, monotonic.
    virtual void OnRead(int64_t now_ns) = 0;
    // `head`: as received, from the first status line on.
    virtual void OnHead(const ResponseParser& parser, std::string_view head) = 0;
    virtual void OnBody(std::string_view bytes) = 0;
    virtual Stage stage() const = 0;

   protected:
    ~Answer() = default;
  };

  enum class EndKind : uint8_t {
    kComplete,      // the whole answer came
    kEnough,        // Stage::kOver, and the server did not end the body
    kCut,           // the connection ended early, before or in the answer
    kNotHttp,       // what came is no HTTP
    kNotConnected,  // error_class: connect, dns, tls, timeout_connect
    kTimeLimit,
    kCancelled,
  };
  struct End {
    EndKind kind = EndKind::kComplete;
    ErrorClass error_class = ErrorClass::kNone;
    std::string error;  // a sentence
  };

  // All outlive the call. INTERNAL when a descriptor or a libcurl handle cannot be had.
  static absl::StatusOr<std::unique_ptr<EngineCall>> Create(const AgentCase* agent_case,
                                                            const ResolvedEndpoint* target,
                                                            const AddressPolicy* policy,
                                                            const Clock* clock,
                                                            const std::atomic<bool>* cancelled);
  ~EngineCall();

  // Sends one request and reads its answer until `limit_ns`, monotonic. Only a request on a kept
  // connection that turns out to be dead is sent again, on a fresh one.
  End Send(std::string_view head, std::string_view body, int64_t limit_ns, Answer& answer);

  // Looked at by whoever waits.
  void OnDialEnded(Dial&) override {}
  void OnIdleConnectionReady(Connection&) override {}

 private:
  EngineCall(Poller poller, const Clock* clock, const std::atomic<bool>* cancelled);

  End SendOnce(std::string_view head, std::string_view body, int64_t limit_ns, Answer& answer);
  // Each waits for one step; true when it ended the request, and `end` says how.
  bool Connect(int64_t limit_ns, End& end);
  bool Write(std::string_view head, std::string_view body, int64_t limit_ns, End& end);
  bool Read(int64_t limit_ns, Answer& answer, End& end);
  bool ReadOnce(Answer& answer, End& end);
  bool Take(std::string_view bytes, Answer& answer, End& end);
  bool TakeEnd(bool clean, End& end);
  // Waits for the next event or tick; false when time is up or the call was cancelled.
  bool Turn(int64_t limit_ns, End& end);
  void HangUp();

  Poller poller_;
  const Clock& clock_;
  const std::atomic<bool>& cancelled_;
  curl_slist* resolve_ = nullptr;
  DialContext dial_context_;
  std::unique_ptr<Dial> dial_;
  std::unique_ptr<Connection> connection_;
  ResponseParser parser_;
  std::string raw_head_;
  std::vector<char> read_buffer_;
};

}  // namespace monsoon
