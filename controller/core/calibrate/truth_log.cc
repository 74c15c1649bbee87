#include "controller/core/calibrate/truth_log.h"

#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr std::string_view kHeader =
    "request_id,connection,received_ns,headers_ns,first_token_ns,last_token_ns,end_ns,tokens,"
    "prompt_tokens,status,outcome,first_token_lateness_ns,max_lateness_ns";
constexpr size_t kFields = 13;
constexpr size_t kRequestId = 0;
constexpr size_t kReceived = 2;
constexpr size_t kFirstToken = 4;
constexpr size_t kLateness = 11;

absl::Status Bad(size_t line, std::string_view what) {
  return absl::InvalidArgumentError(
      StrCat("line ", line, " of the null engine's log ", what,
             "; are `controller` and `mock_engine` of the same version?"));
}

// The ids of a calibration hold nothing that CSV quotes.
absl::StatusOr<std::array<std::string_view, kFields>> Split(std::string_view text, size_t line) {
  std::array<std::string_view, kFields> fields;
  for (size_t i = 0; i < kFields; ++i) {
    const size_t comma = text.find(',');
    if ((comma == std::string_view::npos) != (i + 1 == kFields)) {
      return Bad(line, StrCat("has not ", kFields, " fields"));
    }
    fields[i] = text.substr(0, comma);
    if (comma != std::string_view::npos) text.remove_prefix(comma + 1);
  }
  return fields;
}

absl::StatusOr<int64_t> Number(std::string_view text, size_t line) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return Bad(line, StrCat("has '", text, "' where a number belongs"));
  }
  return value;
}

absl::Status AddLine(std::string_view text, size_t line, TruthLog& log) {
  ASSIGN_OR_RETURN(const auto fields, Split(text, line));
  ASSIGN_OR_RETURN(const int64_t received_ns, Number(fields[kReceived], line));
  ASSIGN_OR_RETURN(const int64_t first_token_ns, Number(fields[kFirstToken], line));
  ASSIGN_OR_RETURN(const int64_t lateness_ns, Number(fields[kLateness], line));
  if (fields[kRequestId].empty()) return Bad(line, "has no request id");
  if (first_token_ns == 0) return absl::OkStatus();
  if (received_ns <= 0 || first_token_ns < received_ns) {
    return Bad(line, "has a first token before its request");
  }
  const RequestTruth truth{first_token_ns - received_ns, lateness_ns};
  if (!log.emplace(std::string(fields[kRequestId]), truth).second) {
    return Bad(line, StrCat("repeats request ", fields[kRequestId]));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TruthLog> ParseTruthLog(std::string_view csv) {
  TruthLog log;
  for (size_t line = 1; !csv.empty() || line == 1; ++line) {
    const size_t end = csv.find('\n');
    if (end == std::string_view::npos) return Bad(line, "is cut off");
    const std::string_view text = csv.substr(0, end);
    csv.remove_prefix(end + 1);
    if (line > 1) {
      RETURN_IF_ERROR(AddLine(text, line, log));
    } else if (text != kHeader) {
      return Bad(line, "is not the header that was expected");
    }
  }
  return log;
}

}  // namespace monsoon
