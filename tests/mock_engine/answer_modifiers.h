// Wrappers which change how any answer looks on the wire, without knowing what it says.
//
// See Answer for use; a wrapper owns what it wraps.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "tests/mock_engine/answer.h"
#include "tests/mock_engine/random.h"

namespace monsoon::mock_engine {

// Cuts the bytes of every step at random places and sends the pieces kPieceGapNs apart, so that
// the reader really sees them cut. A step's tokens count with its last piece.
class SplitWrites : public Answer {
 public:
  static constexpr int64_t kPieceGapNs = 100'000;

  SplitWrites(std::unique_ptr<Answer> inner, Random random)
      : inner_(std::move(inner)), random_(random) {}

  std::string_view headers() const override { return inner_->headers(); }
  int64_t Begin(int64_t start_ns) override { return inner_due_ns_ = inner_->Begin(start_ns); }
  Step Next(int64_t due_ns) override;

 private:
  std::unique_ptr<Answer> inner_;
  Random random_;
  int64_t inner_due_ns_ = 0;
  bool splitting_ = false;
  Step step_;  // the inner step; its bytes are what is left of it
};

// Sends an SSE comment, in an HTTP chunk of its own, half-way through every wait of a stream.
class CommentHeartbeats : public Answer {
 public:
  static constexpr std::string_view kComment = "e\r\n: keep-alive\n\n\r\n";

  explicit CommentHeartbeats(std::unique_ptr<Answer> inner) : inner_(std::move(inner)) {}

  std::string_view headers() const override { return inner_->headers(); }
  int64_t Begin(int64_t start_ns) override;
  Step Next(int64_t due_ns) override;

 private:
  // The inner answer is next due at `inner_due_ns`, it is `now_ns`: when does the comment go?
  int64_t Schedule(int64_t now_ns, int64_t inner_due_ns);

  std::unique_ptr<Answer> inner_;
  int64_t inner_due_ns_ = 0;
  bool comment_is_next_ = false;
};

}  // namespace monsoon::mock_engine
