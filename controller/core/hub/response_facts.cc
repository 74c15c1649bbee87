#include "controller/core/hub/response_facts.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/time/time.h"

#include "common/base/str_cat.h"
#include "controller/core/scenario/value_text.h"

namespace monsoon {
namespace {

std::string_view Strip(std::string_view text) {
  return ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
}

std::optional<int64_t> ParseCount(std::string_view text) {
  const std::optional<int64_t> number = ParseWholeNumber(text);
  return number.has_value() && *number >= 0 ? number : std::nullopt;
}

std::optional<ContentRange> ParseContentRange(std::string_view text) {
  constexpr std::string_view kUnit = "bytes ";
  const size_t slash = text.find('/');
  if (!text.starts_with(kUnit) || slash == text.npos) return std::nullopt;
  const std::string_view span = Strip(text.substr(kUnit.size(), slash - kUnit.size()));
  const std::string_view total = Strip(text.substr(slash + 1));
  ContentRange range;
  if (span != "*") {
    const size_t dash = span.find('-');
    const auto begin = ParseCount(span.substr(0, dash));
    const auto end = dash == span.npos ? std::nullopt : ParseCount(span.substr(dash + 1));
    if (!begin.has_value() || !end.has_value() || *end < *begin) return std::nullopt;
    range.begin = *begin;
    range.end = *end;
  }
  if (total != "*") {
    const auto size = ParseCount(total);
    if (!size.has_value()) return std::nullopt;
    range.total = *size;
  }
  return range;
}

int ParseStatus(std::string_view line) {
  const size_t space = line.find(' ');
  if (space == line.npos) return 0;
  const auto status = ParseCount(line.substr(space + 1, 3));
  return status.has_value() ? static_cast<int>(*status) : 0;
}

}  // namespace

void AddHeaderLine(std::string_view line, ResponseFacts& facts) {
  if (line.starts_with("HTTP/")) {
    facts = ResponseFacts{.status = ParseStatus(line)};
    return;
  }
  const size_t colon = line.find(':');
  if (colon == line.npos) return;
  const std::string name = absl::AsciiStrToLower(ToAbsl(line.substr(0, colon)));
  const std::string_view value = Strip(line.substr(colon + 1));
  const auto is = [&name](std::string_view other) { return name == other; };
  if (is("location")) facts.location = std::string(value);
  if (is("etag")) facts.etag = std::string(value);
  if (is("x-linked-etag")) facts.linked_etag = std::string(value);
  if (is("x-repo-commit")) facts.commit = std::string(value);
  if (is("x-error-code")) facts.error_code = std::string(value);
  if (is("content-type")) facts.content_type = std::string(value);
  if (is("retry-after")) facts.retry_after = std::string(value);
  if (is("ratelimit")) facts.rate_limit = std::string(value);
  if (is("content-length")) facts.content_length = ParseCount(value);
  if (is("x-linked-size")) facts.linked_size = ParseCount(value);
  if (is("content-range")) facts.content_range = ParseContentRange(value);
}

std::optional<int64_t> AskedWaitS(const ResponseFacts& facts, int64_t unix_now_s) {
  if (!facts.retry_after.empty()) {
    if (const auto seconds = ParseCount(facts.retry_after)) return seconds;
    absl::Time time;
    if (absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", facts.retry_after, &time, nullptr)) {
      return std::max<int64_t>(0, absl::ToUnixSeconds(time) - unix_now_s);
    }
  }
  const size_t at = facts.rate_limit.find(";t=");
  if (facts.status != 429 || at == std::string::npos) return std::nullopt;
  const std::string_view rest = std::string_view(facts.rate_limit).substr(at + 3);
  return ParseCount(rest.substr(0, rest.find(';')));
}

std::string NormaliseEtag(std::string_view etag) {
  etag = Strip(etag);
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') {
    etag = etag.substr(1, etag.size() - 2);
  }
  return std::string(etag);
}

bool IsStrongEtag(std::string_view etag) {
  return etag.size() > 2 && etag.front() == '"' && etag.back() == '"';
}

}  // namespace monsoon
