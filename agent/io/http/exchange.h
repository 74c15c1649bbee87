// Exchange: one slot of a load thread: a request, its way over a connection, and the record that is
// made of it. It stamps and moves bytes; what the bytes mean is ResponseParser's (HTTP) and the
// decoder's (the engine's protocol) business.
//
// Belongs to its load thread; reused for one request after another. Must not move.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "agent/core/engine/decoder_scratch.h"
#include "agent/core/engine/engine_adapter.h"
#include "agent/core/engine/stream_recorder.h"
#include "agent/core/http/request_head.h"
#include "agent/core/http/response_parser.h"
#include "agent/core/load/case_control.h"
#include "agent/core/load/lag_meter.h"
#include "agent/core/load/prepared_request.h"
#include "agent/io/http/connection.h"
#include "agent/io/http/connection_pool.h"

namespace monsoon {

class Exchange;

// What the exchanges of one load thread share. All pointers outlive them.
struct ExchangeContext {
  const AgentCase* agent_case = nullptr;
  const EngineAdapter* adapter = nullptr;
  const RequestHead* head = nullptr;
  DecoderScratch* scratch = nullptr;
  const Clock* clock = nullptr;
  CaseControl* control = nullptr;
  ConnectionPool* pool = nullptr;
  Poller* poller = nullptr;
  LagMeter* lag = nullptr;
  std::span<char> read_buffer;
  std::vector<Exchange*>* ended = nullptr;  // where each exchange goes when it has ended
  int64_t case_start_ns = 0;                // monotonic; 0 on the record's time line
  // CLOCK_REALTIME minus CLOCK_MONOTONIC, kept up to date by the loop: the kernel's receive stamps
  // are of the former.
  int64_t realtime_offset_ns = 0;
  uint64_t read_sequence = 0;
};

class Exchange final : public ConnectionUser {
 public:
  explicit Exchange(ExchangeContext* context);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Sends `request`, on a connection that is open or on one that is opened for it. `intended_ns`:
  // when the slot became free, or the request was due, monotonic. REQUIRES: not busy().
  void Begin(std::unique_ptr<PreparedRequest> request, int64_t intended_ns);
  // Breaks the request off, as cancelled or as failed with a timeout's class.
  void Cancel();
  void TimeOut(ErrorClass error_class);

  // From Begin() until it stands in ExchangeContext::ended.
  bool busy() const { return request_ != nullptr; }

  // When the request's current phase has lasted too long (monotonic), and what that is called.
  // kNone: the answer is complete but the server does not end the body; it counts as ended.
  struct Deadline {
    int64_t at_ns;
    ErrorClass error_class;
  };
  Deadline deadline() const;

  // After the end: the finished record, to be swapped out.
  RequestRecord& record() { return recorder_.record(); }

  void OnConnected(Connection* connection) override;
  void OnConnectFailed(ErrorClass error_class, std::string_view error) override;
  void OnConnectionReady(uint32_t events) override;
  void Prefetch(int step) const override;

 private:
  void StampConnection();
  void Send();
  void ContinueSending();
  // Reads what is there; `to_the_end`: the peer has closed, so there is an end to be read, too.
  void Receive(bool to_the_end);
  void OnBytes(std::string_view bytes, int64_t now_ns);
  void OnHead(int64_t now_ns);
  // The connection ended or broke; `clean`: as the peer wanted it.
  void OnConnectionEnd(bool clean);
  bool MayBeSentAgain() const;
  // The end of every request: takes the connection back, settles the record.
  void End(int64_t done_ns, bool reusable);
  void LeaveConnection(bool reusable);
  int64_t SinceCaseStart(int64_t monotonic_ns) const {
    return monotonic_ns - context_.case_start_ns;
  }

  ExchangeContext& context_;
  std::unique_ptr<ResponseDecoder> decoder_;
  StreamRecorder recorder_;
  ResponseParser parser_;
  std::unique_ptr<PreparedRequest> request_;
  Connection* connection_ = nullptr;
  bool waiting_ = false;  // for a connection
  std::string head_;
  size_t sent_bytes_ = 0;  // of head and body

  int64_t dispatched_ns_ = 0;  // monotonic, like the following
  int64_t sent_ns_ = 0;        // 0: not yet
  int64_t send_call_ns_ = 0;   // how long the first call that sent took
  int64_t last_read_ns_ = 0;
  int64_t answered_ns_ = 0;  // when the decoder had seen the end; 0: not yet
  int sends_ = 0;
};

}  // namespace monsoon
