// What the engine answers to a request: routes, authorisation, dialects, faults.
//
// Pure: a parsed request goes in, a Reply comes out; the connection carries it out. One Engine per
// loop (it holds that loop's JSON parser), all of one process on the same request counter. Not
// thread-safe itself; `options` and `next_request` must outlive it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/mock_engine/answer.h"
#include "tests/mock_engine/answer_writer.h"
#include "tests/mock_engine/dialects/dialects.h"
#include "tests/mock_engine/error_reply.h"
#include "tests/mock_engine/fault.h"
#include "tests/mock_engine/generation_request.h"
#include "tests/mock_engine/http_request_parser.h"
#include "tests/mock_engine/reply.h"
#include "tests/mock_engine/token_script.h"

namespace monsoon::mock_engine {

struct EngineOptions {
  // Whose routes exist; where they clash, the earlier one's answer.
  std::vector<const Dialect*> dialects = AllDialects();
  std::string model = "mock";      // what /v1/models names; requests may name any model
  std::string api_key;             // "": none asked for
  std::string reasoning_field;     // "": the dialect's own
  bool stream_usage = true;        // false: no usage event, whatever the request asks for
  bool old_version = false;        // the dialects' older forms
  bool tool_call = false;          // answers call a tool, where the format has that
  std::optional<bool> cumulative;  // absent: as the dialect does
  RetryForm retry_form = RetryForm::kUsual;
  int64_t headers_delay_ns = 0;
  int64_t keep_alive_ns = 0;  // an idle connection is closed after it; 0: never
  int64_t slots = 0;          // requests worked on at once; 0: no limit
  TokenScriptOptions script;
  FaultPlan faults;
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
  // A request for an answer, and what is known of it.
  struct Asked {
    const HttpRequest& http;
    const Dialect& dialect;
    const Route& route;
    GenerationRequest body;
    uint64_t index = 0;
    FaultChoice faults;
    int64_t unix_now_s = 0;
  };

  Reply HandleGeneration(const HttpRequest& request, const Dialect& dialect, const Route& route,
                         std::string_view model, int64_t unix_now_s);
  // OK, or what the engine has against the request before it reads the body.
  absl::Status CheckHead(const HttpRequest& request, const Dialect& dialect,
                         const Route& route) const;
  absl::StatusOr<GenerationRequest> ReadBody(const HttpRequest& request, const Route& route,
                                             std::string_view model);
  Reply HandleTokenizer(const HttpRequest& request, const Dialect& dialect, const Route& route);
  Reply HandlePage(const HttpRequest& request, std::string_view path) const;
  Reply ReplyTo(const Asked& asked) const;
  Reply MakeAnswer(const Asked& asked) const;
  Reply MakeStream(const Asked& asked, AnswerWriter writer, TokenScript script) const;
  Reply MakeWhole(const Asked& asked, AnswerWriter writer, TokenScript script) const;
  AnswerState StateOf(const Asked& asked) const;
  std::unique_ptr<Answer> Modify(std::unique_ptr<Answer> answer, const Asked& asked) const;
  bool Authorised(const HttpRequest& request, const Dialect& dialect, std::string_view path) const;

  const EngineOptions& options_;
  std::atomic<uint64_t>& next_request_;
  RequestReader reader_;
};

}  // namespace monsoon::mock_engine
