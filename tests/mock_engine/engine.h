// What the engine answers to a request: routes, authorisation, dialects, faults.
//
// Pure: a parsed request goes in, a Reply comes out; the connection carries it out. One Engine per
// loop (it holds that loop's JSON parser), all of one process on the same request counter. Not
// thread-safe itself; `options` and `next_request` must outlive it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tests/mock_engine/answer.h"
#include "tests/mock_engine/chat_request.h"
#include "tests/mock_engine/event_renderer.h"
#include "tests/mock_engine/fault.h"
#include "tests/mock_engine/http_request_parser.h"
#include "tests/mock_engine/token_script.h"

namespace monsoon::mock_engine {

struct EngineOptions {
  Dialect dialect = Dialect::kVllm;
  std::string model = "mock";   // what /v1/models names; requests may name any model
  std::string api_key;          // "": none asked for
  std::string reasoning_field;  // "": the dialect's own
  bool stream_usage = true;     // false: no usage event, whatever the request asks for
  int64_t headers_delay_ns = 0;
  int64_t slots = 0;  // requests worked on at once; 0: no limit
  TokenScriptOptions script;
  FaultPlan faults;
};

struct Reply {
  enum class Kind {
    kBytes,   // `bytes` at once, and that is all
    kAnswer,  // `answer`, as soon as there is a slot
    kHang,    // nothing, ever
    kDrop,    // the connection is closed without a byte
  };

  Kind kind = Kind::kBytes;
  std::string bytes;
  std::unique_ptr<Answer> answer;
  int status = 0;                   // of the status line; 0 if none will be sent
  std::string_view outcome = "ok";  // for the log, if the reply takes its course; static storage
  bool close_after = false;         // close the connection once the response is complete
  bool is_chat = false;             // goes into the log
  int64_t prompt_tokens = 0;
};

class Engine {
 public:
  Engine(const EngineOptions& options, std::atomic<uint64_t>& next_request)
      : options_(options), next_request_(next_request) {}

  // `unix_now_s` goes into the answer's `created`.
  Reply Handle(const HttpRequest& request, int64_t unix_now_s);

  // The answer to bytes that are no acceptable request; always closes the connection.
  Reply Refuse(int status, std::string_view text) const;

  const EngineOptions& options() const { return options_; }

 private:
  Reply HandleChat(const HttpRequest& request, int64_t unix_now_s);
  Reply HandleGet(const HttpRequest& request, std::string_view path) const;
  Reply MakeAnswer(const HttpRequest& request, const ChatRequest& chat, uint64_t request_index,
                   const FaultChoice& faults, int64_t unix_now_s) const;
  AnswerIdentity Identify(const ChatRequest& chat, uint64_t request_index,
                          int64_t unix_now_s) const;
  std::unique_ptr<Answer> Modify(std::unique_ptr<Answer> answer, bool stream,
                                 uint64_t request_index, const FaultChoice& faults) const;
  Reply HttpFault(Fault fault, bool keep_alive) const;
  Reply Error(const EngineError& error, bool keep_alive, std::string_view extra_headers = "") const;
  Reply Json(std::string_view body, bool keep_alive) const;
  bool Authorised(const HttpRequest& request, std::string_view path) const;

  const EngineOptions& options_;
  std::atomic<uint64_t>& next_request_;
  ChatRequestReader reader_;
};

}  // namespace monsoon::mock_engine
