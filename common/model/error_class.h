// Why a request failed. The classes are those of the wire-protocol reference (section 1.5) plus the
// connection's own; they are part of the report's and the database's format, so names never change.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace monsoon {

enum class ErrorClass : uint8_t {
  kNone = 0,
  kErrorHttp,       // a status other than 200
  kErrorInStream,   // an error object inside a 200 stream
  kErrorIn200Body,  // 200 with an error object where an answer was expected
  kEmpty,           // 200 and a clean end, but no token where tokens were due
  kTruncated,       // the answer ended before the protocol's own end
  kAborted,         // the engine's finish reason says abort or error
  kTimeoutConnect,
  kTimeoutFirst,  // no first token in time
  kTimeoutIdle,   // silence after the first token
  kTimeoutTotal,
  kConnect,  // refused, unreachable, or an address that this agent must not talk to
  kDns,
  kTls,
  kLineTooLong,  // one event or body beyond the limit
  kBadPayload,   // not the protocol: bad JSON, HTML, compressed, garbage
};

inline constexpr int kErrorClassCount = static_cast<int>(ErrorClass::kBadPayload) + 1;

// "error_http", "timeout_first", ...; "none" for kNone.
std::string_view ErrorClassName(ErrorClass error_class);
// The inverse; nullopt for an unknown name.
std::optional<ErrorClass> ErrorClassFromName(std::string_view name);

}  // namespace monsoon
