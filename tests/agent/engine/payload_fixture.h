// What the tests of a dialect that is read by a PayloadReader of its own share: its payloads as
// lines (recording_sink.h), and whole bodies through a decoder, cut anywhere.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "agent/core/engine/framed_decoder.h"
#include "tests/agent/engine/decode.h"

namespace monsoon {

using Lines = std::vector<std::string>;

template <typename Payload>
class PayloadTest : public ::testing::Test {
 protected:
  // What a stream of these payloads reports, without event names.
  Lines Read(const std::vector<std::string>& payloads,
             PayloadResult expected = PayloadResult::kRead) {
    Payload reader(&json_);
    RecordingSink sink;
    reader.Begin(&sink);
    for (const std::string& payload : payloads) {
      EXPECT_EQ(reader.Read("", payload, PayloadForm::kEvent), expected) << payload;
    }
    return sink.lines;
  }
  Lines Decode(const std::string& body, const std::string& type = std::string(kEventStream)) {
    return DecodeEveryWay(decoder_, {body, 200, type});
  }
  RequestRecord Record(const std::string& body) { return RecordOf(decoder_, {body}); }

  static std::string Event(const std::string& payload) { return "data: " + payload + "\n\n"; }

  JsonEvent json_;
  FramedDecoder decoder_{std::make_unique<Payload>(&json_), 1 << 20};
};

}  // namespace monsoon
