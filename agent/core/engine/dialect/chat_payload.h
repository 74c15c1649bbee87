// ChatPayload: reads the JSON of OpenAI's chat completions (`choices[].delta` or `.message`) and
// legacy completions (`choices[].text`), a stream's chunks and a whole answer alike, as any engine
// with these routes sends them (wire-protocol reference, sections 4.1 to 4.12 and the cases
// of 2.5).
//
// Tokens of an event (OnEventTokens) come from, in this order:
//   - continuous usage: the growth of usage.completion_tokens, if the first event with a choice
//     carried usage already and the answer has one choice only. A usage that first appears later is
//     a final count and says nothing about the event it came in;
//   - the lists token_ids (vLLM) or output_ids (LMDeploy) of the choices.
// Usage that comes in an event without choices is a total and never the count of an event. Where
// llama.cpp sends `timings` and no usage, these are the usage. A usage of zeros is none (Ollama).
//
// A chunk that carries both delta.reasoning and delta.reasoning_content with the same text counts
// once. Members that are missing, null or of another type than expected are passed over.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "agent/core/engine/json_event.h"
#include "agent/core/engine/payload_reader.h"

namespace monsoon {

class ChatPayload : public PayloadReader {
 public:
  // `event` may be shared with other readers of this thread, and outlives this one.
  explicit ChatPayload(JsonEvent* event) : event_(*event) {}

  void Begin(ResponseSink* sink) override;
  PayloadResult Read(std::string_view event_name, std::string_view payload,
                     PayloadForm form) override;
  bool IsWhole(std::string_view payload) override { return IsWholeJson(event_, payload); }
  PayloadProgress progress() const override;

 private:
  // What one chunk said besides its text.
  struct Chunk {
    bool has_choices = false;  // the member exists, perhaps empty
    int choices = 0;
    bool suspect = false;  // looks like an error object; error_object.h decides
    std::optional<int64_t> listed_tokens;
    std::optional<Usage> usage;
    Usage timings;
  };

  bool ReadRoot(Chunk& chunk);
  bool ReadChunk(Chunk& chunk, JsonKey key, JsonValue value);
  bool ReadChoice(Chunk& chunk, JsonValue choice);
  bool ReadMessage(JsonValue message);
  bool ReadContent(TextChannel channel, JsonValue value);
  bool ReadReasoning(JsonValue value, std::string_view& earlier);
  bool ReadToolCalls(JsonValue calls);
  bool ReadFunction(JsonValue function);
  bool ReadTimings(Chunk& chunk, JsonValue timings);
  static void MergeTimings(Chunk& chunk);
  void EmitCounts(const Chunk& chunk);
  std::optional<int64_t> ContinuousTokens(const Chunk& chunk);

  JsonEvent& event_;
  ResponseSink* sink_ = nullptr;
  // One bit per choice index; indices from 63 on share the last.
  uint64_t seen_choices_ = 0;
  uint64_t finished_choices_ = 0;
  bool choice_event_seen_ = false;
  bool continuous_usage_ = false;
  int64_t usage_so_far_ = 0;
};

}  // namespace monsoon
