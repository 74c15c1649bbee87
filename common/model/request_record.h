// RequestRecord: what one agent wrote down about one request. Facts only; every metric is computed
// from these by the controller (docs/metrics.md).
//
// A plain value. Stamps are ns on the time line that its holder says: on the agent they count from
// the case's start on that agent's monotonic clock; in the database, from the run's start on the
// common time line (the controller adds one constant per agent and case, so no latency bends).
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "common/model/answer_text.h"
#include "common/model/error_class.h"

namespace monsoon {

// A stamp of something that never happened.
inline constexpr int64_t kNever = std::numeric_limits<int64_t>::min();
// A token count that nobody reported.
inline constexpr int64_t kUnknownTokens = -1;

enum class RequestStatus : uint8_t { kOk = 0, kFailed, kCancelled, kNotSent, kLost };
enum class Phase : uint8_t { kWarmup = 0, kMeasure };
// Where a number of tokens comes from: nowhere, the engine's usage, the local tokenizer, or a count
// of stream events (which are not tokens; the report says so).
enum class TokenSource : uint8_t { kNone = 0, kUsage, kTokenizer, kChunks };

std::string_view RequestStatusName(RequestStatus status);  // ok failed cancelled not_sent lost
std::optional<RequestStatus> RequestStatusFromName(std::string_view name);
std::string_view PhaseName(Phase phase);  // warmup measure
std::optional<Phase> PhaseFromName(std::string_view name);
std::string_view TokenSourceName(TokenSource source);  // none usage tokenizer chunks
std::optional<TokenSource> TokenSourceFromName(std::string_view name);

// Bits of RequestRecord::flags.
enum RecordFlag : uint32_t {
  kFlagNewConnection = 1u << 0,      // this request opened its connection
  kFlagStaleConnection = 1u << 1,    // a reused connection was dead; sent once more on a fresh one
  kFlagNoDone = 1u << 2,             // finish reason seen, the protocol's terminator missing
  kFlagNoFinalBlankLine = 1u << 3,   // the last event ended with the body, not with a blank line
  kFlagFirstChunkAssumed = 1u << 4,  // first_chunk_tokens is an assumption (1), not a report
  kFlagBothEndsOneRead = 1u << 5,    // first and last token came in one read: TPOT is undefined
  kFlagInvalidUtf8 = 1u << 6,        // the engine sent bytes that are not UTF-8
  kFlagLateEvents = 1u << 7,         // events after the protocol's terminator
  kFlagNotStreamed = 1u << 8,        // the answer came as one document, asked for or not
  kFlagScheduled = 1u << 9,          // open loop: latencies begin at intended_ns, not at dispatch
  kFlagOverLimit = 1u << 10,         // open loop: not sent, too many requests were in flight
  kFlagNoText = 1u << 11,            // a result, not text (embeddings, rerank): no token was due
  kFlagTextTooLong = 1u << 12,       // over kMaxAnswerTextBytes: neither counted nor kept
};

struct RequestRecord {
  uint64_t request_index = 0;  // position in the case's plan, warm-up included
  Phase phase = Phase::kMeasure;
  RequestStatus status = RequestStatus::kNotSent;
  ErrorClass error_class = ErrorClass::kNone;
  uint32_t flags = 0;
  int32_t http_status = 0;  // 0: no status line arrived

  // Stamps, ns, kNever where it never happened (design section 7).
  int64_t intended_ns = kNever;
  int64_t dispatched_ns = kNever;
  // Of the connection, on the first request that it carries; kNever on a reused one. Connections
  // are opened ahead of need, so these mostly lie before dispatched_ns.
  int64_t connect_begin_ns = kNever;  // began to connect
  int64_t connect_ns = kNever;        // TCP connection established
  int64_t tls_ns = kNever;            // TLS handshake done; kNever without TLS
  int64_t sent_ns = kNever;
  int64_t headers_ns = kNever;
  int64_t first_event_ns = kNever;
  int64_t first_token_ns = kNever;
  int64_t first_content_ns = kNever;  // first token that is not reasoning
  int64_t last_token_ns = kNever;
  int64_t done_ns = kNever;

  // How much of sent -> first token may be the client's own, ns: how late the read that brought the
  // first token was (from socket ready to bytes read) and how long the call that sent took.
  int64_t first_token_lag_ns = kNever;

  // What reports compute with, from the sources that the case asks for.
  int64_t input_tokens = kUnknownTokens;
  int64_t output_tokens = kUnknownTokens;
  int64_t reasoning_tokens = kUnknownTokens;
  int64_t cached_tokens = kUnknownTokens;
  int64_t first_chunk_tokens = kUnknownTokens;
  TokenSource input_token_source = TokenSource::kNone;
  TokenSource token_source = TokenSource::kNone;  // of output_tokens
  // Each source by itself: what the engine reported, and what the controller counted, if it did.
  int64_t usage_input_tokens = kUnknownTokens;
  int64_t usage_output_tokens = kUnknownTokens;
  int64_t tokenizer_input_tokens = kUnknownTokens;
  int64_t tokenizer_output_tokens = kUnknownTokens;

  int64_t token_events = 0;    // events that carried generated text
  int64_t received_bytes = 0;  // body bytes

  std::string finish_reason;  // normalised: stop length tool_calls filter abort error other, or ""
  std::string error_message;  // first 512 bytes of what the engine or the connection said
  // Gaps between token-bearing events (common/model/gap_codec.h).
  std::string gaps;
  // From agent to controller only, and only as much as AgentCase::keep_text says.
  AnswerText answer;

  bool has_flag(RecordFlag flag) const { return (flags & flag) != 0; }
};

}  // namespace monsoon
