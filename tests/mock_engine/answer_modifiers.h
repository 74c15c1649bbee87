// Wrappers which change how the bytes of any answer are written to the socket, without knowing what
// they say.
//
// See Answer for use; a wrapper owns what it wraps.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tests/mock_engine/answer.h"
#include "tests/mock_engine/random.h"

namespace monsoon::mock_engine {

// How large the pieces are at most (they are random up to this), and how far apart in time.
struct Cutting {
  size_t most_bytes;
  int64_t gap_ns;
};

// Cuts the bytes of every step into pieces and sends them one after the other, so that the reader
// really sees them cut. A step's tokens count with its last piece.
class SplitWrites : public Answer {
 public:
  static constexpr Cutting kAnywhere = {SIZE_MAX, 100'000};
  static constexpr Cutting kEveryByte = {1, 10'000};

  SplitWrites(std::unique_ptr<Answer> inner, Random random, Cutting cutting = kAnywhere)
      : inner_(std::move(inner)), random_(random), cutting_(cutting) {}

  std::string_view headers() const override { return inner_->headers(); }
  int64_t Begin(int64_t start_ns) override { return inner_due_ns_ = inner_->Begin(start_ns); }
  Step Next(int64_t due_ns) override;

 private:
  std::unique_ptr<Answer> inner_;
  Random random_;
  Cutting cutting_;
  int64_t inner_due_ns_ = 0;
  bool splitting_ = false;
  Step step_;  // the inner step; its bytes are what is left of it
};

// Sends the head of the response line by line, kLineGapNs apart, before anything else.
class SlowHeaders : public Answer {
 public:
  static constexpr int64_t kLineGapNs = 2'000'000;

  explicit SlowHeaders(std::unique_ptr<Answer> inner) : inner_(std::move(inner)) {}

  std::string_view headers() const override;
  int64_t Begin(int64_t start_ns) override;
  Step Next(int64_t due_ns) override;

 private:
  // Takes the next line off `head_`.
  std::string_view TakeLine();

  std::unique_ptr<Answer> inner_;
  int64_t inner_due_ns_ = 0;
  std::string head_;  // not sent yet
  std::string line_;  // being sent
  std::string rest_;  // of a step that began with the head
  Step step_;         // ... and the step
  bool head_known_ = false;
};

}  // namespace monsoon::mock_engine
