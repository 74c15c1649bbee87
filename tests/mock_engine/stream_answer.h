// A streamed answer (chunked, server-sent events), well-behaved or with one of the main faults
// that show in a stream.
//
// A fault "in the middle" comes in place of the chunk that would carry token max(1, tokens / 2),
// counted from 0. See Answer for use.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tests/mock_engine/answer.h"
#include "tests/mock_engine/event_renderer.h"
#include "tests/mock_engine/fault.h"
#include "tests/mock_engine/http_response.h"
#include "tests/mock_engine/token_script.h"

namespace monsoon::mock_engine {

class StreamAnswer : public Answer {
 public:
  // `usage` holds the prompt's counts; the answer counts completion_tokens itself. The usage event
  // is sent if `send_usage`.
  StreamAnswer(TokenScript script, std::unique_ptr<EventRenderer> renderer, Usage usage,
               bool send_usage, Fault fault, bool keep_alive);

  std::string_view headers() const override { return headers_; }
  int64_t Begin(int64_t start_ns) override { return start_ns + script_.ttft_ns(); }
  Step Next(int64_t due_ns) override;

 private:
  Step TokenStep(int64_t due_ns);
  Step TailStep();
  Step EmptyStep();
  bool AtMiddle() const;
  bool ReplacesMiddle() const;
  Step MiddleStep();
  void AppendExtraEvent();

  TokenScript script_;
  std::unique_ptr<EventRenderer> renderer_;
  Usage usage_;
  bool send_usage_;
  Fault fault_;
  std::string headers_;
  std::string_view finish_reason_;
  int64_t middle_token_;
  bool extra_sent_ = false;
  bool tail_is_next_ = false;
  HttpChunkBuilder out_;
};

}  // namespace monsoon::mock_engine
