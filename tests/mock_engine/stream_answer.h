// A streamed answer, well-behaved or with one of the main faults that show in a stream.
//
// A fault "in the middle" comes in place of the chunk that would carry token max(1, tokens / 2),
// counted from 0. See Answer for use. Copyable before Begin(), which is how it finds its own
// length.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/mock_engine/answer.h"
#include "tests/mock_engine/answer_writer.h"
#include "tests/mock_engine/fault.h"
#include "tests/mock_engine/http_body.h"
#include "tests/mock_engine/random.h"
#include "tests/mock_engine/token_script.h"

namespace monsoon::mock_engine {

// What kind of stream it is to be.
struct StreamPlan {
  FaultChoice faults;
  bool keep_alive = true;
  EngineError failure;   // of error_in_stream
  EngineError overload;  // of error_first
  Random random{0};      // for faults at a random place
};

class StreamAnswer : public Answer {
 public:
  static constexpr int64_t kEventsPerBurst = 4;

  StreamAnswer(TokenScript script, AnswerWriter writer, const StreamPlan& plan);

  // Of the status line.
  int status() const { return status_; }

  std::string_view headers() const override { return head_is_late_ ? std::string_view() : head_; }
  int64_t Begin(int64_t start_ns) override;
  Step Next(int64_t due_ns) override;

 private:
  Step Play(int64_t due_ns);
  Step TokenStep(int64_t due_ns);
  Step SilentStep(const Chunk& chunk, int64_t due_ns);
  Step TailStep();
  Step EmptyStep();
  Step ErrorStep(const EngineError& error);
  Step ResetStep(int64_t due_ns);
  bool AtMiddle() const;
  bool ReplacesMiddle() const;
  Step MiddleStep();
  void AppendExtraEvent();

  void MakeHead();
  // The bytes of the whole body.
  size_t MeasureBody() const;
  Step Comment();
  Step Schedule(Step step, int64_t now_ns);
  // Ends the step, and the answer, where the fault `cut` says.
  Step Cut(Step step);

  TokenScript script_;
  AnswerWriter writer_;
  StreamPlan plan_;
  const FaultChoice faults_;
  int status_ = 200;
  std::string head_;
  bool head_is_late_ = false;  // it goes with the first bytes
  std::string joined_;         // the late head and those
  int64_t middle_token_;
  int64_t position_ = 0;  // tokens so far
  bool extra_sent_ = false;
  bool tail_is_next_ = false;

  // Of the modifiers.
  bool comment_is_next_ = false;
  int64_t due_after_comment_ns_ = 0;
  int64_t held_events_ = 0;  // in `body_`, not sent
  int64_t held_tokens_ = 0;
  Chunk silent_;             // counted, not shown
  size_t bytes_to_cut_ = 0;  // so many more may go; 0: no limit

  HttpBody body_;
};

}  // namespace monsoon::mock_engine
