#include "agent/core/http/response_head.h"

#include <algorithm>
#include <limits>

#include "absl/strings/match.h"

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr std::string_view kProtocol = "HTTP/";
constexpr size_t kKeptCapacity = 256;
constexpr uint64_t kMaxLength = std::numeric_limits<int64_t>::max();

constexpr std::string_view kNotHttp =
    "the engine's answer does not begin with an HTTP status line; is there an HTTP server at "
    "`url`, and is http:// or https:// right?";
constexpr std::string_view kBadVersion =
    "the engine answers in another version of HTTP than 1.0 and 1.1, which alone are spoken here";
constexpr std::string_view kBadStatusLine = "the status line of the engine's answer is malformed";
constexpr std::string_view kSwitched =
    "the engine answered 101 (switching protocols), which it was not asked for; is `url` right?";
constexpr std::string_view kNul =
    "the header of the engine's answer has a NUL byte in it; is there an HTTP server at `url`?";
constexpr std::string_view kNoColon =
    "the header of the engine's answer has a line without a name and a colon";
constexpr std::string_view kFolded =
    "the header of the engine's answer folds a line that says what its body is like; the engine "
    "or its proxy must send it in one line (RFC 9112, section 5.2)";
constexpr std::string_view kBadLength =
    "the Content-Length of the engine's answer is not a number of bytes";
constexpr std::string_view kTwoLengths =
    "the engine's answer has several Content-Lengths that differ";
constexpr std::string_view kUnknownCoding =
    "the engine's answer has a Transfer-Encoding other than chunked; switch compression off in "
    "the engine or its proxy";
constexpr std::string_view kChunkedTwice =
    "the Transfer-Encoding of the engine's answer says chunked more than once";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsName(std::string_view a, std::string_view b) {
  return absl::EqualsIgnoreCase(ToAbsl(a), ToAbsl(b));
}

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// Takes the next element off a list with commas, trimmed; elements may be empty.
std::string_view NextElement(std::string_view& list) {
  const size_t comma = list.find(',');
  const std::string_view element = Trim(list.substr(0, comma));
  list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  return element;
}

bool ParseLength(std::string_view text, uint64_t& length) {
  if (text.empty()) return false;
  length = 0;
  for (const char c : text) {
    if (!IsDigit(c)) return false;
    const auto digit = static_cast<uint64_t>(c - '0');
    if (length > (kMaxLength - digit) / 10) return false;
    length = length * 10 + digit;
  }
  return true;
}

void Recycle(std::string& value) {
  value.clear();
  if (value.capacity() > kKeptCapacity) std::string().swap(value);
}

}  // namespace

void ResponseHead::Clear() {
  status_ = 0;
  http_1_0_ = chunked_ = has_length_ = says_close_ = says_keep_alive_ = false;
  last_line_was_read_ = false;
  length_ = 0;
  Recycle(content_type_);
  Recycle(content_encoding_);
}

std::string_view ResponseHead::CheckBeginning(std::string_view kept, std::string_view more) {
  const size_t known = std::min(kept.size() + more.size(), kProtocol.size());
  for (size_t i = 0; i < known; ++i) {
    const char c = i < kept.size() ? kept[i] : more[i - kept.size()];
    if (c != kProtocol[i]) return kNotHttp;
  }
  return {};
}

// "HTTP/1.1 200 OK"; the reason, and the blank before it, may be missing.
std::string_view ResponseHead::AddStatusLine(std::string_view line) {
  if (line.substr(0, kProtocol.size()) != kProtocol) return kNotHttp;
  if (line.find('\0') != std::string_view::npos) return kNul;
  const std::string_view version = line.substr(kProtocol.size(), 3);
  if (version.substr(0, 2) != "1." || version.size() < 3 || !IsDigit(version[2])) {
    return kBadVersion;
  }
  http_1_0_ = version[2] == '0';
  const std::string_view rest = line.substr(kProtocol.size() + 3);
  if (rest.size() < 4 || rest[0] != ' ' || rest[1] == '0' || (rest.size() > 4 && rest[4] != ' ') ||
      !std::all_of(rest.begin() + 1, rest.begin() + 4, IsDigit)) {
    return kBadStatusLine;
  }
  status_ = (rest[1] - '0') * 100 + (rest[2] - '0') * 10 + (rest[3] - '0');
  return status_ == 101 ? kSwitched : std::string_view();
}

std::string_view ResponseHead::AddHeaderLine(std::string_view line) {
  if (line.find('\0') != std::string_view::npos) return kNul;
  if (line.front() == ' ' || line.front() == '\t') {
    return last_line_was_read_ ? kFolded : std::string_view();
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return kNoColon;
  const std::string_view name = Trim(line.substr(0, colon));
  if (name.empty()) return kNoColon;
  return AddField(name, Trim(line.substr(colon + 1)));
}

std::string_view ResponseHead::AddField(std::string_view name, std::string_view value) {
  last_line_was_read_ = true;
  if (IsName(name, "content-type")) {
    content_type_.assign(value);
    return {};
  }
  if (IsName(name, "content-length")) return AddContentLength(value);
  if (IsName(name, "transfer-encoding")) return AddTransferEncoding(value);
  if (IsName(name, "content-encoding")) {
    AddContentEncoding(value);
  } else if (IsName(name, "connection")) {
    AddConnection(value);
  } else {
    last_line_was_read_ = false;
  }
  return {};
}

std::string_view ResponseHead::AddContentLength(std::string_view value) {
  do {
    uint64_t length = 0;
    if (!ParseLength(NextElement(value), length)) return kBadLength;
    if (has_length_ && length != length_) return kTwoLengths;
    has_length_ = true;
    length_ = length;
  } while (!value.empty());
  return {};
}

std::string_view ResponseHead::AddTransferEncoding(std::string_view value) {
  while (!value.empty()) {
    const std::string_view coding = NextElement(value);
    if (coding.empty() || IsName(coding, "identity")) continue;
    if (!IsName(coding, "chunked")) return kUnknownCoding;
    if (chunked_) return kChunkedTwice;
    chunked_ = true;
  }
  return {};
}

void ResponseHead::AddContentEncoding(std::string_view value) {
  if (!content_encoding_.empty()) content_encoding_.append(", ");
  content_encoding_.append(value);
}

void ResponseHead::AddConnection(std::string_view value) {
  while (!value.empty()) {
    const std::string_view option = NextElement(value);
    if (IsName(option, "close")) says_close_ = true;
    if (IsName(option, "keep-alive")) says_keep_alive_ = true;
  }
}

std::optional<uint64_t> ResponseHead::content_length() const {
  if (chunked_ || !has_length_) return std::nullopt;
  return length_;
}

bool ResponseHead::keep_alive() const {
  const bool delimited = chunked_ || has_length_ || !has_body();
  const bool doubtful = chunked_ && (has_length_ || http_1_0_);
  return delimited && !doubtful && !says_close_ && (!http_1_0_ || says_keep_alive_);
}

}  // namespace monsoon
