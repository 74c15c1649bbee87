// Transfer: one slot of a load thread: a reused libcurl easy handle, its response decoder, and the
// record of the request that is on it. It turns libcurl's callbacks into stamps and bytes; what the
// bytes mean is the decoder's business.
//
// Belongs to its load thread. A Transfer must not move while a request is on it.
#pragma once

#include <curl/curl.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"

#include "agent/core/engine/engine_adapter.h"
#include "agent/core/engine/stream_recorder.h"
#include "agent/core/load/case_control.h"
#include "agent/core/load/prepared_request.h"
#include "agent/core/net/address_policy.h"
#include "common/model/agent_case.h"
#include "common/stats/log_histogram.h"
#include "common/time/clock.h"

namespace monsoon {

// What all transfers of a load thread share. Everything pointed to outlives them.
struct TransferContext {
  const AgentCase* agent_case = nullptr;
  const EngineAdapter* adapter = nullptr;
  const AddressPolicy* policy = nullptr;
  const Clock* clock = nullptr;
  CaseControl* control = nullptr;
  CURLM* multi = nullptr;
  curl_slist* headers = nullptr;  // of every request
  curl_slist* resolve = nullptr;  // the engine's addresses, resolved beforehand

  // Kept by the loop: the zero of this case's stamps; the read that is being served; and the
  // earliest moment at which its socket can have become ready.
  int64_t case_start_ns = 0;
  uint64_t read_sequence = 0;
  int64_t ready_since_ns = 0;
  LogHistogram* loop_lag_ns = nullptr;
};

class Transfer {
 public:
  explicit Transfer(TransferContext* context) : context_(context) {}
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // Once, before the first request. INTERNAL when libcurl refuses an option.
  absl::Status Init();

  // Hands `request` to libcurl. `intended_ns`: when the slot became free, or the request
  // was due, monotonic.
  // Another answer than CURLM_OK means that libcurl cannot go on. REQUIRES: not busy().
  CURLMcode Begin(std::unique_ptr<PreparedRequest> request, int64_t intended_ns);
  // libcurl is done with it, with `code`.
  void End(CURLcode code);
  // Breaks the request off, as cancelled or as failed with a timeout's class.
  void Cancel();
  void TimeOut(ErrorClass error_class);

  bool busy() const { return request_ != nullptr; }
  CURL* easy() const { return easy_; }

  // When the request's current phase has lasted too long (monotonic), and what that is called.
  // kNone: the answer is complete but the server does not end the body; it counts as ended.
  struct Deadline {
    int64_t at_ns;
    ErrorClass error_class;
  };
  Deadline deadline() const;

  // After End, Cancel or TimeOut: the finished record, to be swapped out.
  RequestRecord& record() { return recorder_.record(); }

 private:
  static size_t OnHeader(char* data, size_t size, size_t count, void* self);
  static size_t OnBody(char* data, size_t size, size_t count, void* self);
  static int OnReadyToSend(void* self, char*, char*, int, int);
  static curl_socket_t OnOpenSocket(void* self, curlsocktype purpose, curl_sockaddr* address);

  template <typename T>
  bool Set(CURLoption option, T value) {
    return curl_easy_setopt(easy_, option, value) == CURLE_OK;
  }
  bool SetFixedOptions();
  void Header(std::string_view line);
  void Body(std::string_view bytes);
  void Complete();
  void LeaveMulti();  // takes the handle back from libcurl
  void StampConnection();
  std::string ConnectionError(CURLcode code) const;
  int64_t SinceCaseStart(int64_t monotonic_ns) const {
    return monotonic_ns - context_->case_start_ns;
  }

  TransferContext* const context_;
  CURL* easy_ = nullptr;
  std::unique_ptr<ResponseDecoder> decoder_;
  StreamRecorder recorder_;
  std::unique_ptr<PreparedRequest> request_;
  curl_slist request_id_node_{};  // x-request-id, chained before the shared headers
  std::string request_id_header_;
  std::string content_type_;
  std::string refused_address_;  // why the policy refused to connect
  std::array<char, CURL_ERROR_SIZE> error_buffer_{};

  int64_t dispatched_ns_ = 0;  // monotonic, like the following
  int64_t sent_ns_ = 0;        // 0: not yet
  int64_t last_read_ns_ = 0;   // 0: nothing yet
  int64_t answered_ns_ = 0;    // when the decoder had seen the end; 0: not yet
  int http_status_ = 0;
  int sends_ = 0;
  bool in_body_ = false;
};

}  // namespace monsoon
