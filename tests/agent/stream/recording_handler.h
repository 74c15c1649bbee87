// A SseHandler that writes down what it is told, for tests and fuzzers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/core/stream/sse_decoder.h"

namespace monsoon {

struct SeenEvent {
  std::string name;
  std::string data;
  std::string error;
  int http_status = 0;

  friend bool operator==(const SeenEvent&, const SeenEvent&) = default;
};

class RecordingHandler : public SseHandler {
 public:
  void OnSseEvent(const SseEvent& event) override {
    events.push_back({std::string(event.name), std::string(event.data), std::string(event.error),
                      event.http_status});
  }
  void OnSseComment(std::string_view comment) override { comments.emplace_back(comment); }
  // Good enough for tests without a JSON library: braces that open and close.
  bool IsWholePayload(std::string_view payload) override {
    return payload.substr(0, 6) == "[DONE]" ||
           (payload.size() >= 2 && payload.front() == '{' && payload.back() == '}');
  }

  std::vector<SeenEvent> events;
  std::vector<std::string> comments;
};

}  // namespace monsoon
