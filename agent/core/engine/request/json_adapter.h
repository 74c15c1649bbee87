// JsonAdapter: what the adapters of all dialects share. One of them says how an item becomes a
// body, what the measurement needs in it, and who reads the answer; the rest is here:
//
//   class Tgi : public JsonAdapter {
//     absl::StatusOr<RequestJson> FromItem(const Item&, std::string_view prefix) const override;
//     void ApplyMeasurement(RequestJson& body) const override;
//     std::unique_ptr<PayloadReader> NewReader(JsonEvent* event) const override;
//   };
//
// The request body, in the order in which later parts win:
//   1. the case's sampling parameters, under the engine's own names;
//   2. the item, whose own members win over 1 (only its output_tokens wins over those);
//   3. what the measurement depends on (model, stream, usage): a body's own are replaced;
//   4. engine.extra_body as a JSON merge patch (RFC 7386): objects merge deep, null removes. It may
//      not set the member that says whether to stream.
//
// Immutable once made (MakeJsonAdapter); any thread may build bodies.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "agent/core/engine/engine_adapter.h"
#include "agent/core/engine/payload_reader.h"
#include "agent/core/engine/request/request_body.h"
#include "agent/core/engine/request/request_headers.h"
#include "common/base/status_macros.h"

namespace monsoon {

class JsonEvent;

class JsonAdapter : public EngineAdapter {
 public:
  // Once, before anything else. INVALID_ARGUMENT when the case asks for a parameter that the route
  // lacks, or when extra_body, a header or the key cannot be sent. `type` and `route` are rows of
  // the engine table, and live for ever.
  absl::Status Init(const EngineType& type, const EngineRoute& route, const AgentCase& agent_case);

  absl::StatusOr<std::string> BuildBody(const Item& item,
                                        std::string_view cache_bust_prefix) const final;
  std::vector<std::pair<std::string, std::string>> Headers() const final { return headers_; }
  std::unique_ptr<ResponseDecoder> NewDecoder(DecoderScratch* scratch) const final;

 protected:
  // The item as a body, without sampling, `cache_bust_prefix` (may be "") before its first text.
  virtual absl::StatusOr<RequestJson> FromItem(const Item& item,
                                               std::string_view cache_bust_prefix) const = 0;
  virtual void ApplyMeasurement(RequestJson& body) const = 0;
  // `event` outlives the reader and is of its thread.
  virtual std::unique_ptr<PayloadReader> NewReader(JsonEvent* event) const = 0;

  // The rest has a default that fits most.
  // In Init(), before the others: for what an adapter keeps of the case besides the members below.
  virtual absl::Status Configure(const AgentCase&) { return absl::OkStatus(); }
  // Changes the sampling members where an engine wants more than other names.
  virtual void AdjustSampling(RequestJson&) const {}
  virtual bool adds_sampling() const { return true; }
  // The member of the body that asks for a stream; "" where none does.
  virtual std::string_view stream_member() const { return "stream"; }
  virtual std::string_view accept() const {
    return stream() ? "text/event-stream" : "application/json";
  }
  virtual monsoon::Headers OwnHeaders() const { return {}; }

  // A prompt or chat messages as the text that a route without chats is sent.
  absl::StatusOr<std::string> RawPrompt(const Item& item, std::string_view cache_bust_prefix) const;

  const EngineRoute& route() const { return *route_; }
  const std::string& model() const { return model_; }
  bool stream() const { return sampling_.stream; }
  const Sampling& sampling() const { return sampling_; }
  const std::string& system_prompt() const { return system_prompt_; }
  const std::string& prompt_template() const { return prompt_template_; }

 private:
  const EngineRoute* route_ = nullptr;
  std::string model_;
  Sampling sampling_;
  std::string prompt_template_;
  std::string system_prompt_;
  RequestJson sampling_members_;  // an object
  RequestJson extra_body_;        // an object, perhaps empty
  std::vector<std::pair<std::string, std::string>> headers_;
  size_t max_event_bytes_ = 0;
};

template <typename Adapter>
absl::StatusOr<std::unique_ptr<EngineAdapter>> MakeJsonAdapter(const EngineType& type,
                                                               const EngineRoute& route,
                                                               const AgentCase& agent_case) {
  auto adapter = std::make_unique<Adapter>();
  RETURN_IF_ERROR(adapter->Init(type, route, agent_case));
  return std::unique_ptr<EngineAdapter>(std::move(adapter));
}

}  // namespace monsoon
