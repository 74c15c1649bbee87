// ResultPayload: reads the answers of routes that generate no text: embeddings and rerank. The
// answer is one document; it is good when it has the route's shape, and then it carries
// kFlagNoText, so that nobody asks where its tokens are.
//
//   embeddings  {"data": [{"embedding": [0.1, ...] or "base64"}, ...], "usage": {...}}
//   rerank      {"results": [{"relevance_score": 0.9, ...}, ...], "usage": {...}}, as Jina, Cohere,
//               vLLM and llama.cpp answer; or the list alone with "score", as text-embeddings-
//               inference and SGLang do
//
// An empty list, or an entry without its vector or score, is no answer. Input tokens are
// usage.prompt_tokens, else usage.total_tokens, else the sum of the entries'
// meta_info.prompt_tokens (SGLang).
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/core/engine/json_event.h"
#include "agent/core/engine/payload_reader.h"

namespace monsoon {

enum class ResultKind : uint8_t { kEmbeddings, kRerank };

class ResultPayload : public PayloadReader {
 public:
  // `event` may be shared with other readers of this thread, and outlives this one.
  ResultPayload(ResultKind kind, JsonEvent* event) : kind_(kind), event_(*event) {}

  void Begin(ResponseSink* sink) override;
  PayloadResult Read(std::string_view event_name, std::string_view payload,
                     PayloadForm form) override;
  bool IsWhole(std::string_view payload) override { return IsWholeJson(event_, payload); }
  PayloadProgress progress() const override {
    return complete_ ? PayloadProgress::kTerminated : PayloadProgress::kOpen;
  }

 private:
  struct Answer {
    int64_t entries = 0;
    int64_t results = 0;  // entries with a vector or a score
    bool suspect = false;
    int64_t prompt_tokens = -1;
    int64_t total_tokens = -1;
    int64_t entry_tokens = -1;  // the sum
  };

  bool ReadRoot(Answer& out);
  bool ReadMember(Answer& out, JsonKey key, JsonValue value);
  bool ReadList(Answer& out, JsonValue list);
  bool ReadEntry(Answer& out, JsonValue entry);
  bool IsResult(JsonKey key, JsonValue value) const;

  const ResultKind kind_;
  JsonEvent& event_;
  ResponseSink* sink_ = nullptr;
  bool complete_ = false;
};

}  // namespace monsoon
