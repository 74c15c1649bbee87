// AgentCase: everything an agent must know to carry its share of one case, apart from the work
// itself. The controller fills it from the scenario and sends it in Prepare; plain values, no
// behaviour.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/secret.h"
#include "common/model/custom_engine.h"
#include "common/model/secret_header.h"
#include "common/time/clock.h"

namespace monsoon {

// Sampling parameters, the same for every engine so that engines are comparable. An engine adapter
// maps them to the engine's own names. nullopt: not sent, the engine's default holds.
struct Sampling {
  bool stream = true;
  std::optional<int64_t> max_tokens = 512;
  std::optional<int64_t> min_tokens;
  std::optional<double> temperature = 0.0;
  std::optional<double> top_p;
  std::optional<int64_t> top_k;
  std::optional<double> frequency_penalty;
  std::optional<double> presence_penalty;
  std::optional<double> repetition_penalty;
  std::optional<int64_t> seed;
  std::optional<bool> ignore_eos;
  std::vector<std::string> stop;

  friend bool operator==(const Sampling&, const Sampling&) = default;
};

// Each limit ends the request with an error class of its own. All > 0.
struct Timeouts {
  int64_t connect_ns = 10 * kNsPerS;
  int64_t first_token_ns = 300 * kNsPerS;  // from dispatch; heartbeats do not extend it
  int64_t idle_ns = 60 * kNsPerS;          // after the first token, between two reads
  int64_t total_ns = 1800 * kNsPerS;       // from dispatch to the end of the answer

  friend bool operator==(const Timeouts&, const Timeouts&) = default;
};

// The engine as an agent sees it.
struct EngineTarget {
  std::string type;                   // a name of common/model/engine_type.h
  std::string url;                    // http:// or https://, the full route
  std::vector<SecretHeader> headers;  // added to every request, in order
  Secret api_key;                     // empty: none
  std::string extra_body_json;        // a JSON object merged over the request body; empty: none
  std::string route;                  // of the type (engine_type.h); empty: its first
  // How a route without chat messages gets its prompt (common/prompt/prompt_template.h); empty: the
  // dataset's text alone.
  std::string prompt_template;
  std::string system_prompt;  // empty: none
  CustomEngine custom;        // of type `custom`

  friend bool operator==(const EngineTarget&, const EngineTarget&) = default;
};

// Present in an open loop: requests are sent when they are due, whatever is in flight.
struct OpenLoop {
  double rate_per_s = 0;  // this agent's share of the case's arrivals, on average; > 0

  friend bool operator==(const OpenLoop&, const OpenLoop&) = default;
};

// Which text of the answers an agent sends back, for the controller to count tokens in.
enum class KeepText : uint8_t {
  kNone = 0,
  // Answers whose output tokens the engine did not report; of the others, where the engine does not
  // say how many tokens the first event held, the text of that.
  kWhereUncounted,
  kAll
};

struct AgentCase {
  std::string run_id;
  int32_t case_index = 0;  // position in the run, from 0
  std::string model;
  EngineTarget engine;
  Sampling sampling;
  Timeouts timeouts;
  // Requests this agent keeps in flight: its exact share of the case's concurrency. 0: stands by.
  // Open loop: the most it may have in flight; what is due beyond that is not sent.
  int64_t concurrency = 0;
  std::optional<OpenLoop> open_loop;
  // A prefix unique to each request (cache_bust.h) is put before the prompt, so that no prefix
  // cache of the engine can help.
  bool cache_bust = false;
  // One SSE event, or one whole non-streamed body, beyond this fails with line_too_long.
  int64_t max_event_bytes = 16 << 20;
  KeepText keep_text = KeepText::kNone;

  friend bool operator==(const AgentCase&, const AgentCase&) = default;
};

// The id in header x-request-id and in the database: "<run_id>.<case>.<index>".
std::string RequestIdFor(const std::string& run_id, int32_t case_index, uint64_t request_index);

}  // namespace monsoon
