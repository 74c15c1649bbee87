// An answer in one piece (stream:false): one JSON document with a Content-Length, sent when the
// last token would have been. A fault "in the middle" comes after half of the bytes.
//
// Faults that only make sense in a stream turn into their nearest relative: error_in_stream is a
// status 500, bad_json a body that is cut in half (with the length of the half), long_line a body
// of 3 MB, empty an answer without text. See Answer for use.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tests/mock_engine/answer.h"
#include "tests/mock_engine/event_renderer.h"
#include "tests/mock_engine/fault.h"
#include "tests/mock_engine/token_script.h"

namespace monsoon::mock_engine {

class WholeAnswer : public Answer {
 public:
  // `reasoning_tokens` as in TokenScriptOptions; `usage` holds the prompt's counts.
  WholeAnswer(TokenScript script, std::unique_ptr<EventRenderer> renderer, Usage usage,
              int64_t reasoning_tokens, Dialect dialect, Fault fault, bool keep_alive);

  // The status line's code.
  int status() const { return fault_ == Fault::kErrorInStream ? 500 : 200; }

  std::string_view headers() const override { return ""; }
  int64_t Begin(int64_t start_ns) override;
  Step Next(int64_t due_ns) override;

 private:
  std::string Body();
  Step EndStep() const;

  TokenScript script_;
  std::unique_ptr<EventRenderer> renderer_;
  Usage usage_;
  int64_t reasoning_tokens_;
  Dialect dialect_;
  Fault fault_;
  bool keep_alive_;
  std::string response_;
};

}  // namespace monsoon::mock_engine
