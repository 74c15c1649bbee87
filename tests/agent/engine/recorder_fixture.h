// A StreamRecorder with the few words that its tests are written in.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "agent/core/engine/stream_recorder.h"
#include "common/model/gap_codec.h"

namespace monsoon {

class StreamRecorderTest : public ::testing::Test {
 protected:
  StreamRecorderTest() { recorder_.Reset(); }

  void Read(int64_t now_ns, int64_t lag_ns = 0) {
    recorder_.BeginRead(now_ns, ++reads_, {.bound_ns = lag_ns});
  }
  // One event with text; tokens < 0: the engine does not say how many.
  void TextEvent(TextChannel channel = TextChannel::kContent, int64_t tokens = -1) {
    recorder_.OnEvent();
    recorder_.OnText(channel, "x");
    if (tokens >= 0) recorder_.OnEventTokens(tokens);
  }
  void EmptyEvent(int64_t tokens = -1) {
    recorder_.OnEvent();
    if (tokens >= 0) recorder_.OnEventTokens(tokens);
  }
  const RequestRecord& Complete() {
    recorder_.OnEnd(StreamEnd::kTerminator);
    recorder_.Complete(9000);
    return recorder_.record();
  }
  std::vector<Gap> Gaps() { return DecodeGaps(recorder_.record().gaps).value(); }

  StreamRecorder recorder_;
  uint64_t reads_ = 0;
};

}  // namespace monsoon
