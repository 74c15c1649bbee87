// The engine's misbehaviour: which kinds there are, and which request gets which.
//
// Two families. A *main* fault decides how a request goes wrong, and a request has at most one:
// shares of main faults add up (http_500:0.1 and reset:0.1 hit a tenth of the requests each). A
// *modifier* changes how a good answer looks on the wire; modifiers are drawn independently and
// combine with everything.
//
// Pure and immutable after Create(); may be used from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace monsoon::mock_engine {

enum class Fault : uint8_t {
  kNone,
  // Main faults.
  kHttp307,
  kHttp400,
  kHttp401,
  kHttp403,
  kHttp404,
  kHttp422,
  kHttp429,
  kHttp500,
  kHttp502,
  kHttp503,
  kHttp529,
  kErrorFirst,
  kErrorInStream,
  kErrorIn200,
  kHtmlPage,
  kTruncate,
  kCut,
  kCutEnd,
  kReset,
  kResetAfterHeaders,
  kNoDone,
  kHangBeforeHeaders,
  kHangBeforeFirstToken,
  kHangMidStream,
  kCloseWithoutReply,
  kEmpty,
  kBadJson,
  kLongLine,
  // Modifiers.
  kKeepAliveClose,
  kHalfClose,
  kResetAfterEnd,
  kConnectionClose,
  kSplitWrites,
  kByteWrites,
  kBursts,
  kHoldBack,
  kComments,
  kCached,
  kCrLf,
  kCr,
  kNoSpace,
  kBom,
  kNoFinalBlank,
  kBadUtf8,
  kGzip,
  kChunkExtensions,
  kContentLength,
  kCloseDelimited,
  kEarlyHints,
  kSlowHeaders,
};

struct FaultRule {
  Fault fault = Fault::kNone;
  double share = 1.0;  // of the requests, 0..1
};

// "reset" or "reset:0.25". INVALID_ARGUMENT lists the known kinds.
absl::StatusOr<FaultRule> ParseFaultRule(std::string_view text);

// The kind as written on the command line: "reset".
std::string_view FaultName(Fault fault);

// The outcome in the log: "fault:reset"; "ok" for kNone. Static storage.
std::string_view FaultOutcome(Fault fault);

// Every kind, separated by ", ", in the order of the enum.
std::string FaultNames();

// The HTTP status of an http_* fault, 0 for any other.
int HttpStatusOf(Fault fault);

// What one request was dealt.
class FaultChoice {
 public:
  Fault main() const { return main_; }
  bool has(Fault modifier) const { return (modifiers_ & Bit(modifier)) != 0; }
  void Set(Fault fault);

 private:
  static uint64_t Bit(Fault fault) { return uint64_t{1} << static_cast<int>(fault); }

  Fault main_ = Fault::kNone;
  uint64_t modifiers_ = 0;
};

class FaultPlan {
 public:
  FaultPlan() = default;

  // INVALID_ARGUMENT if the shares of the main faults add up to more than 1.
  static absl::StatusOr<FaultPlan> Create(std::vector<FaultRule> rules);

  FaultChoice Choose(uint64_t seed, uint64_t request_index) const;

 private:
  std::vector<FaultRule> rules_;
};

}  // namespace monsoon::mock_engine
