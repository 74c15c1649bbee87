// The test vectors V1-V22 of the wire-protocol reference, section 2.6, and what SSE alone makes of
// them. V23 and V24, the huge ones, are built where they are used.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/core/stream/sse_decoder.h"
#include "tests/agent/stream/recording_handler.h"

namespace monsoon {

struct Outcome {
  std::vector<SeenEvent> events;
  std::vector<std::string> comments;
  SseEnd end = SseEnd::kClean;
  bool too_long = false;

  friend bool operator==(const Outcome&, const Outcome&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
    for (const SeenEvent& event : outcome.events) {
      out << "[" << event.name << "|" << event.data << "|" << event.error << "|"
          << event.http_status << "] ";
    }
    return out << outcome.comments.size() << " comments, end " << static_cast<int>(outcome.end)
               << (outcome.too_long ? ", too long" : "");
  }
};

inline Outcome Clean(std::vector<SeenEvent> events, std::vector<std::string> comments = {}) {
  return {std::move(events), std::move(comments), SseEnd::kClean, false};
}

inline SeenEvent Data(std::string data) { return {"", std::move(data), "", 0}; }

// The vectors of the wire-protocol reference, section 2.6. What they say about trimming, [DONE] and
// late events is the next layer's (tests/agent/engine/framed_decoder_test.cc).
struct Vector {
  const char* id;
  std::string_view input;
  Outcome expected;
};

inline std::vector<Vector> Vectors() {
  return {
      {"V1", "data: {\"a\":1}\n\n", Clean({Data("{\"a\":1}")})},
      {"V2", "data:{\"a\":1}\n\ndata: [DONE]\n\n", Clean({Data("{\"a\":1}"), Data("[DONE]")})},
      {"V3",
       "\xEF\xBB\xBF"
       "data: x\r\n\r\n",
       Clean({Data("x")})},
      {"V4", "data: a\rdata: b\r\r", Clean({Data("a\nb")})},
      {"V5", ": ping\n\ndata: a\n: c\ndata: b\n\n", Clean({Data("a\nb")}, {" ping", " c"})},
      {"V6", "id:7\nevent:result\n:HTTP_STATUS/200\ndata:{\"x\":0}\n\n",
       Clean({{"result", "{\"x\":0}", "", 200}}, {"HTTP_STATUS/200"})},
      {"V7", "event: ping\n\n", Clean({})},
      {"V8", "data: {\"t\":\"\\n\\ndata: no\"}\n\n", Clean({Data("{\"t\":\"\\n\\ndata: no\"}")})},
      {"V9", "data: {\"t\":\"\xE2\x80\xA8\"}\n\n", Clean({Data("{\"t\":\"\xE2\x80\xA8\"}")})},
      {"V10", "data: {\"t\":\"\xF0\x9F\x98\x80\"}\n\n",
       Clean({Data("{\"t\":\"\xF0\x9F\x98\x80\"}")})},
      {"V11", "data: {\"a\":1} \n\ndata: {\"b\":2}\n\n",
       Clean({Data("{\"a\":1} "), Data("{\"b\":2}")})},
      {"V12",
       "data: {\"a\":1}\n\ndata: [DONE]",
       {{Data("{\"a\":1}"), Data("[DONE]")}, {}, SseEnd::kNoFinalBlankLine, false}},
      {"V13",
       "data: {\"a\":1}\n\ndata: {\"b\":",
       {{Data("{\"a\":1}")}, {}, SseEnd::kTruncated, false}},
      {"V14", "data\n\n", Clean({Data("")})},
      {"V15", "data:  two\n\n", Clean({Data(" two")})},
      {"V16", "error: {\"code\":500,\"message\":\"x\"}\n\n",
       Clean({{"", "", "{\"code\":500,\"message\":\"x\"}", 0}})},
      {"V17", "data: {\"a\":1}\n\r\ndata: {\"b\":2}\r\n\n",
       Clean({Data("{\"a\":1}"), Data("{\"b\":2}")})},
      {"V18", "\n\n\ndata: a\n\n\n\n", Clean({Data("a")})},
      {"V19", "retry: 100\nid: 1\nfoo: bar\ndata: a\n\n", Clean({Data("a")})},
      {"V20",
       "event: content_block_delta\ndata: {\"type\":\"content_block_delta\"}\n\n"
       "event: message_stop\ndata: {\"type\":\"message_stop\"}",
       {{{"content_block_delta", "{\"type\":\"content_block_delta\"}", "", 0},
         {"message_stop", "{\"type\":\"message_stop\"}", "", 0}},
        {},
        SseEnd::kNoFinalBlankLine,
        false}},
      {"V21", "data: {\ndata: \"a\":1}\n\n", Clean({Data("{\n\"a\":1}")})},
      {"V22", "data: [DONE]\n\ndata: {\"late\":1}\n\n",
       Clean({Data("[DONE]"), Data("{\"late\":1}")})},
  };
}

}  // namespace monsoon
