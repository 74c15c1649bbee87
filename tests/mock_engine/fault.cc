#include "tests/mock_engine/fault.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "common/base/str_cat.h"
#include "tests/mock_engine/random.h"

namespace monsoon::mock_engine {
namespace {

struct KnownFault {
  Fault fault;
  std::string_view outcome;  // the name is what follows "fault:"
  int http_status;
};

constexpr KnownFault kKnown[] = {
    {Fault::kHttp307, "fault:http_307", 307},
    {Fault::kHttp400, "fault:http_400", 400},
    {Fault::kHttp401, "fault:http_401", 401},
    {Fault::kHttp403, "fault:http_403", 403},
    {Fault::kHttp404, "fault:http_404", 404},
    {Fault::kHttp422, "fault:http_422", 422},
    {Fault::kHttp429, "fault:http_429", 429},
    {Fault::kHttp500, "fault:http_500", 500},
    {Fault::kHttp502, "fault:http_502", 502},
    {Fault::kHttp503, "fault:http_503", 503},
    {Fault::kHttp529, "fault:http_529", 529},
    {Fault::kErrorFirst, "fault:error_first", 0},
    {Fault::kErrorInStream, "fault:error_in_stream", 0},
    {Fault::kErrorIn200, "fault:error_in_200", 0},
    {Fault::kHtmlPage, "fault:html_page", 0},
    {Fault::kTruncate, "fault:truncate", 0},
    {Fault::kCut, "fault:cut", 0},
    {Fault::kCutEnd, "fault:cut_end", 0},
    {Fault::kReset, "fault:reset", 0},
    {Fault::kResetAfterHeaders, "fault:reset_after_headers", 0},
    {Fault::kNoDone, "fault:no_done", 0},
    {Fault::kHangBeforeHeaders, "fault:hang_before_headers", 0},
    {Fault::kHangBeforeFirstToken, "fault:hang_before_first_token", 0},
    {Fault::kHangMidStream, "fault:hang_mid_stream", 0},
    {Fault::kCloseWithoutReply, "fault:close_without_reply", 0},
    {Fault::kEmpty, "fault:empty", 0},
    {Fault::kBadJson, "fault:bad_json", 0},
    {Fault::kLongLine, "fault:long_line", 0},
    {Fault::kKeepAliveClose, "fault:keep_alive_close", 0},
    {Fault::kHalfClose, "fault:half_close", 0},
    {Fault::kResetAfterEnd, "fault:reset_after_end", 0},
    {Fault::kConnectionClose, "fault:connection_close", 0},
    {Fault::kSplitWrites, "fault:split_writes", 0},
    {Fault::kByteWrites, "fault:byte_writes", 0},
    {Fault::kBursts, "fault:bursts", 0},
    {Fault::kHoldBack, "fault:hold_back", 0},
    {Fault::kComments, "fault:comments", 0},
    {Fault::kCached, "fault:cached", 0},
    {Fault::kCrLf, "fault:crlf", 0},
    {Fault::kCr, "fault:cr", 0},
    {Fault::kNoSpace, "fault:no_space", 0},
    {Fault::kBom, "fault:bom", 0},
    {Fault::kNoFinalBlank, "fault:no_final_blank", 0},
    {Fault::kBadUtf8, "fault:bad_utf8", 0},
    {Fault::kGzip, "fault:gzip", 0},
    {Fault::kChunkExtensions, "fault:chunk_extensions", 0},
    {Fault::kContentLength, "fault:content_length", 0},
    {Fault::kCloseDelimited, "fault:close_delimited", 0},
    {Fault::kEarlyHints, "fault:early_hints", 0},
    {Fault::kSlowHeaders, "fault:slow_headers", 0},
};

std::string_view NameOf(const KnownFault& known) {
  return known.outcome.substr(std::string_view("fault:").size());
}

const KnownFault* Find(Fault fault) {
  for (const KnownFault& known : kKnown) {
    if (known.fault == fault) return &known;
  }
  return nullptr;
}

bool IsModifier(Fault fault) { return fault >= Fault::kKeepAliveClose; }

}  // namespace

absl::StatusOr<FaultRule> ParseFaultRule(std::string_view text) {
  const size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  FaultRule rule;
  for (const KnownFault& known : kKnown) {
    if (NameOf(known) == name) rule.fault = known.fault;
  }
  if (rule.fault == Fault::kNone) {
    return absl::InvalidArgumentError(
        StrCat("there is no fault '", name, "'; known are ", FaultNames()));
  }
  const bool has_share = colon != std::string_view::npos;
  if (has_share && !(absl::SimpleAtod(ToAbsl(text.substr(colon + 1)), &rule.share) &&
                     rule.share >= 0.0 && rule.share <= 1.0)) {
    return absl::InvalidArgumentError(StrCat(
        "'", text, "': the share after the colon must be between 0 and 1, such as ", name, ":0.1"));
  }
  return rule;
}

std::string_view FaultName(Fault fault) {
  const KnownFault* known = Find(fault);
  return known == nullptr ? "none" : NameOf(*known);
}

std::string_view FaultOutcome(Fault fault) {
  const KnownFault* known = Find(fault);
  return known == nullptr ? "ok" : known->outcome;
}

std::string FaultNames() {
  return absl::StrJoin(
      kKnown, ", ", [](std::string* out, const KnownFault& known) { out->append(NameOf(known)); });
}

int HttpStatusOf(Fault fault) {
  const KnownFault* known = Find(fault);
  return known == nullptr ? 0 : known->http_status;
}

void FaultChoice::Set(Fault fault) {
  if (IsModifier(fault)) {
    modifiers_ |= Bit(fault);
  } else {
    main_ = fault;
  }
}

absl::StatusOr<FaultPlan> FaultPlan::Create(std::vector<FaultRule> rules) {
  double main_share = 0.0;
  for (const FaultRule& rule : rules) {
    if (!IsModifier(rule.fault)) main_share += rule.share;
  }
  if (main_share > 1.0 + 1e-9) {
    return absl::InvalidArgumentError(StrCat(
        "the shares of the faults add up to ", main_share,
        ", but a request can fail in one way only; give each a share (such as reset:0.1) so that "
        "they add up to 1 at most"));
  }
  FaultPlan plan;
  plan.rules_ = std::move(rules);
  return plan;
}

FaultChoice FaultPlan::Choose(uint64_t seed, uint64_t request_index) const {
  FaultChoice choice;
  if (rules_.empty()) return choice;
  Random random = Random::ForRequest(seed, request_index, Purpose::kFault);
  const double main_draw = random.Uniform();
  double main_end = 0.0;
  for (const FaultRule& rule : rules_) {
    if (IsModifier(rule.fault)) {
      if (random.Uniform() < rule.share) choice.Set(rule.fault);
      continue;
    }
    const double begin = main_end;
    main_end += rule.share;
    if (main_draw >= begin && main_draw < main_end) choice.Set(rule.fault);
  }
  return choice;
}

}  // namespace monsoon::mock_engine
