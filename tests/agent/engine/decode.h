// Runs answers through an adapter's decoder and tells what came out, as lines (recording_sink.h) or
// as a record.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/engine/adapter_registry.h"
#include "agent/core/engine/decoder_scratch.h"
#include "agent/core/engine/stream_recorder.h"
#include "tests/agent/engine/recording_sink.h"

namespace monsoon {

inline constexpr std::string_view kEventStream = "text/event-stream; charset=utf-8";

struct Answer {
  std::string body;
  int http_status = 200;
  std::string content_type = std::string(kEventStream);
  bool complete = true;
};

inline AgentCase CaseFor(std::string type) {
  AgentCase agent_case;
  agent_case.run_id = "r";
  agent_case.model = "m";
  agent_case.engine.type = std::move(type);
  agent_case.engine.url = "http://127.0.0.1:8000/v1/chat/completions";
  return agent_case;
}

inline std::unique_ptr<ResponseDecoder> NewRouteDecoder(const std::string& type,
                                                        const std::string& route,
                                                        int64_t max_event_bytes = 16 << 20) {
  AgentCase agent_case = CaseFor(type);
  agent_case.engine.route = route;
  agent_case.max_event_bytes = max_event_bytes;
  static DecoderScratch scratch;  // shared, as by all decoders of a load thread
  return MakeEngineAdapter(agent_case).value()->NewDecoder(&scratch);
}

inline std::unique_ptr<ResponseDecoder> NewDecoder(const std::string& type = "vllm",
                                                   int64_t max_event_bytes = 16 << 20) {
  return NewRouteDecoder(type, "", max_event_bytes);
}

// `cuts` are the positions between reads.
inline void FeedCut(ResponseDecoder& decoder, const Answer& answer, const std::vector<size_t>& cuts,
                    ResponseSink& sink) {
  decoder.Begin(answer.http_status, answer.content_type, &sink);
  size_t at = 0;
  for (const size_t cut : cuts) {
    const std::vector<char> read(answer.body.begin() + static_cast<ptrdiff_t>(at),
                                 answer.body.begin() + static_cast<ptrdiff_t>(cut));
    decoder.Feed({read.data(), read.size()});
    at = cut;
  }
  decoder.Feed(std::string_view(answer.body).substr(at));
  decoder.Finish(answer.complete);
}

// Decodes the answer whole, cut at every byte, and byte by byte, on one reused decoder, and expects
// the same lines every time.
inline std::vector<std::string> DecodeEveryWay(ResponseDecoder& decoder, const Answer& answer) {
  const auto decode = [&](const std::vector<size_t>& cuts) {
    RecordingSink sink;
    FeedCut(decoder, answer, cuts, sink);
    return sink.lines;
  };
  std::vector<std::string> whole = decode({});
  std::vector<size_t> every_byte;
  for (size_t cut = 1; cut < answer.body.size(); ++cut) {
    EXPECT_EQ(decode({cut}), whole) << "cut at " << cut;
    every_byte.push_back(cut);
  }
  EXPECT_EQ(decode(every_byte), whole) << "byte by byte";
  return whole;
}

inline std::vector<std::string> DecodeEveryWay(const Answer& answer,
                                               int64_t max_event_bytes = 16 << 20) {
  return DecodeEveryWay(*NewDecoder("vllm", max_event_bytes), answer);
}

// The record of an answer that came in one read at 1000 ns.
inline RequestRecord RecordOf(ResponseDecoder& decoder, const Answer& answer) {
  StreamRecorder recorder;
  recorder.Reset();
  recorder.BeginRead(1000, 1, {.bound_ns = 10});
  FeedCut(decoder, answer, {}, recorder);
  recorder.Complete(2000);
  return recorder.record();
}

inline RequestRecord RecordOf(const Answer& answer) { return RecordOf(*NewDecoder(), answer); }

}  // namespace monsoon
