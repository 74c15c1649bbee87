// EngineAdapter: how to speak one dialect. One small file pair per dialect derives from it, by way
// of request/json_adapter.h, and is listed in adapter_registry.cc; nothing else in the agent knows
// an engine's name.
//
// An adapter is immutable after construction: NewDecoder and the other const methods may be called
// from any thread. A ResponseDecoder belongs to one slot of one load thread and is reused for one
// response after another.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "agent/core/engine/response_sink.h"
#include "common/model/agent_case.h"
#include "common/model/item.h"

namespace monsoon {

struct DecoderScratch;

// Turns the bytes of one HTTP response into ResponseSink calls. Pure: no I/O, no clock. In steady
// state (events no larger than those seen before) it does not allocate.
//
//   decoder->Begin(200, "text/event-stream; charset=utf-8", &sink);
//   decoder->Feed(bytes);          // any number of times, cut anywhere
//   decoder->Finish(true);
class ResponseDecoder {
 public:
  virtual ~ResponseDecoder() = default;

  // A response starts. `content_type` is the header's value or "". `sink` must live until Finish()
  // or the next Begin(). Forgets everything about an earlier response, keeps its buffers.
  virtual void Begin(int http_status, std::string_view content_type, ResponseSink* sink) = 0;
  virtual void Feed(std::string_view bytes) = 0;
  // The body ended. `complete`: its HTTP framing was satisfied (final chunk, Content-Length).
  // Reports a missing end as ErrorClass::kTruncated, and what was pending where it can be parsed.
  virtual void Finish(bool complete) = 0;
  // True once nothing that may still come can change the outcome (the terminator was seen, or the
  // answer is a failure): the transport may stop waiting for the rest after a short while.
  virtual bool ended() const = 0;
  // Feed() comes soon: asks the processor for the memory that it will touch.
  virtual void Prefetch() const {}
};

class EngineAdapter {
 public:
  virtual ~EngineAdapter() = default;

  // The body of one request. `cache_bust_prefix` (may be "") goes before the first prompt text.
  // INVALID_ARGUMENT when the item cannot be sent to this engine.
  virtual absl::StatusOr<std::string> BuildBody(const Item& item,
                                                std::string_view cache_bust_prefix) const = 0;
  // Headers of every request: content type, accept, authorization, and the scenario's own.
  virtual std::vector<std::pair<std::string, std::string>> Headers() const = 0;
  // `scratch` outlives the decoder and is of the decoder's thread.
  virtual std::unique_ptr<ResponseDecoder> NewDecoder(DecoderScratch* scratch) const = 0;
};

}  // namespace monsoon
