// An answer in one piece: one JSON document, sent when the last token would have been. A fault "in
// the middle" comes after half of the bytes.
//
// Faults that only make sense in a stream turn into their nearest relative: error_in_stream is a
// status 500, error_first the dialect's status of overload, bad_json a body that is cut in half
// (with the length of the half), long_line a body of 3 MB, empty an answer without text. See Answer
// for use.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/mock_engine/answer.h"
#include "tests/mock_engine/answer_writer.h"
#include "tests/mock_engine/fault.h"
#include "tests/mock_engine/random.h"
#include "tests/mock_engine/token_script.h"

namespace monsoon::mock_engine {

struct WholePlan {
  FaultChoice faults;
  bool keep_alive = true;
  int status = 200;
  std::string error_body;  // with another status: the body
  Random random{0};        // for faults at a random place
};

class WholeAnswer : public Answer {
 public:
  // With Fault::kEmpty, `writer` is one of no tokens.
  WholeAnswer(TokenScript script, AnswerWriter writer, WholePlan plan);

  std::string_view headers() const override { return ""; }
  int64_t Begin(int64_t start_ns) override;
  Step Next(int64_t due_ns) override;

 private:
  std::string Body();
  std::string Response();
  Step EndStep();

  TokenScript script_;
  AnswerWriter writer_;
  WholePlan plan_;
  std::string response_;
};

}  // namespace monsoon::mock_engine
