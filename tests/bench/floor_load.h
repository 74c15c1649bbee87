// FloorLoad: the cheapest closed-loop client of streams that there can be: raw sockets and epoll on
// one thread, which counts events (event_counter.h), looks for the end of the response
// (response_end.h), and decodes nothing. It is the floor that the agent is measured against.
//
// Every connection is opened before the start. Then each sends one request, and the next one as
// soon as its response has ended, until `requests` are done. Request k carries the header
// `x-request-id: floor-k`, so that the mock engine's log can be joined.
//
// Times are CLOCK_MONOTONIC nanoseconds: `sent` right before the write, `first` right after the
// read that brought the first event. (The mock engine sends the event with the role in one write
// with the first token, so that this is the first token's read.) One object, one thread. Failures
// are std::runtime_error that says what to look at.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/event_counter.h"
#include "tests/bench/response_end.h"
#include "tests/mock_engine/scoped_fd.h"

namespace monsoon::bench {

struct FloorOptions {
  int port = 0;  // of 127.0.0.1
  int streams = 1;
  int64_t requests = 1;
  int64_t max_tokens = 100;
  int prompt_bytes = 100;
};

struct FloorRequest {
  int64_t sent_ns = 0;
  int64_t first_ns = 0;  // 0: no event came
  int64_t done_ns = 0;
  int64_t events = 0;  // of any kind, [DONE] too
};

struct FloorResult {
  std::vector<FloorRequest> requests;
  int64_t events = 0;
  int64_t bytes = 0;
  int64_t reads = 0;
  double seconds = 0;        // from the first send to the last response's end
  double cpu_connect_s = 0;  // user and system time of the process, while connections were opened
  double cpu_load_s = 0;     // and during `seconds`
  int64_t rss_base_bytes = 0;
  int64_t rss_load_bytes = 0;  // when every connection has had its first request
};

class FloorLoad {
 public:
  explicit FloorLoad(const FloorOptions& options);

  FloorResult Run();

 private:
  struct Stream {
    mock_engine::ScopedFd socket;
    EventCounter counter;
    ResponseEnd end;
    int64_t request = 0;
    bool status_seen = false;
  };

  void Connect();
  void Settle() const;
  void Start();
  void Turn(int timeout_ms);
  void Send(Stream& stream);
  void Read(Stream& stream);
  void Note(Stream& stream, std::string_view bytes);

  const FloorOptions options_;
  std::string request_;  // with a place for the number, at id_begin_
  size_t id_begin_ = 0;
  std::vector<Stream> streams_;
  mock_engine::ScopedFd epoll_;
  std::unique_ptr<char[]> buffer_;
  int64_t sent_ = 0;
  int64_t done_ = 0;
  FloorResult result_;
};

}  // namespace monsoon::bench
