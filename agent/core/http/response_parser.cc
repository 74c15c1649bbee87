#include "agent/core/http/response_parser.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace monsoon {
namespace {

constexpr uint64_t kMaxChunkBytes = std::numeric_limits<int64_t>::max();

constexpr std::string_view kLongHead =
    "the header of the engine's answer, or what follows its last chunk, is larger than 256 KiB";
constexpr std::string_view kLongChunkLine =
    "the engine's answer has a chunk whose size line is longer than 16 KiB";
constexpr std::string_view kBadChunkSize =
    "the engine's answer has a chunk whose size is not a hexadecimal number below 2^63";
constexpr std::string_view kBadChunkEnd =
    "the engine's answer has a chunk with more bytes than its size says";
constexpr std::string_view kNoAnswer = "the engine closed the connection without an answer";
constexpr std::string_view kClosedInHead =
    "the engine closed the connection inside the header of its answer";
constexpr std::string_view kClosedInBody =
    "the engine closed the connection before the end of its answer";

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void Recycle(std::string& buffer) {
  buffer.clear();
  if (buffer.capacity() > ResponseParser::kKeptCapacity) std::string().swap(buffer);
}

}  // namespace

void ResponseParser::Begin() {
  state_ = State::kStatusLine;
  error_class_ = ErrorClass::kNone;
  error_ = {};
  head_seen_ = line_is_consumed_ = false;
  left_ = bytes_seen_ = 0;
  head_bytes_ = 0;
  Recycle(line_);
  head_.Clear();
}

ResponseParser::Event ResponseParser::Next(std::string_view& input, std::string_view& body) {
  const size_t before = input.size();
  body = {};
  Event event;
  do {
    event = Step(input, body);
  } while (event == Event::kNeedMore && !input.empty());
  bytes_seen_ += before - input.size();
  return event;
}

ResponseParser::Event ResponseParser::Step(std::string_view& input, std::string_view& body) {
  switch (state_) {
    case State::kStatusLine:
    case State::kHeaders:
    case State::kChunkSize:
    case State::kTrailers: {
      std::string_view line;
      if (TakeLine(input, line)) return OnLine(line);
      return state_ == State::kFailed ? Event::kError : Event::kNeedMore;
    }
    case State::kLength:
    case State::kUntilClose:
    case State::kChunkData:
      return Body(input, body);
    case State::kChunkCr:
    case State::kChunkLf:
      return UntilLineEnd(input);
    case State::kEnded:
      return Event::kEnd;
    case State::kFailed:
      break;
  }
  return Event::kError;
}

ResponseParser::Event ResponseParser::Body(std::string_view& input, std::string_view& body) {
  if (input.empty()) return Event::kNeedMore;
  if (state_ == State::kUntilClose) {
    body = input;
    input.remove_prefix(input.size());
    return Event::kBody;
  }
  body = input.substr(0, static_cast<size_t>(std::min<uint64_t>(input.size(), left_)));
  input.remove_prefix(body.size());
  left_ -= body.size();
  if (left_ > 0) return Event::kBody;
  if (state_ == State::kLength) {
    state_ = State::kEnded;
  } else if (input.substr(0, 2) == "\r\n") {
    input.remove_prefix(2);
    state_ = State::kChunkSize;
  } else {
    state_ = State::kChunkCr;
  }
  return Event::kBody;
}

ResponseParser::Event ResponseParser::UntilLineEnd(std::string_view& input) {
  if (input.empty()) return Event::kNeedMore;
  if (input.front() == '\n') {
    state_ = State::kChunkSize;
  } else if (input.front() == '\r' && state_ == State::kChunkCr) {
    state_ = State::kChunkLf;
  } else {
    return Fail(kBadChunkEnd);
  }
  input.remove_prefix(1);
  return Event::kNeedMore;
}

// The next line without its end: a view of `input` when it lies in there whole, else of line_,
// which lives until the next call. False when it has not ended yet or, in state kFailed, cannot be
// one.
bool ResponseParser::TakeLine(std::string_view& input, std::string_view& line) {
  if (line_is_consumed_) {
    line_is_consumed_ = false;
    line_.clear();
  }
  if (input.empty()) return false;
  const void* const lf = std::memchr(input.data(), '\n', input.size());
  const size_t bytes = lf == nullptr
                           ? input.size()
                           : static_cast<size_t>(static_cast<const char*>(lf) - input.data());
  if (state_ == State::kStatusLine) {
    const std::string_view wrong = ResponseHead::CheckBeginning(line_, input.substr(0, bytes));
    if (!wrong.empty()) {
      Fail(wrong);
      return false;
    }
  }
  const bool in_chunk = state_ == State::kChunkSize;
  const size_t limit = in_chunk ? kMaxChunkLineBytes : kMaxHeadBytes - head_bytes_;
  if (line_.size() + bytes >= limit) {
    Fail(in_chunk ? kLongChunkLine : kLongHead);
    return false;
  }
  line = input.substr(0, bytes);
  if (lf == nullptr || !line_.empty()) {
    line_.append(line);
    line = line_;
    line_is_consumed_ = lf != nullptr;
  }
  input.remove_prefix(lf == nullptr ? bytes : bytes + 1);
  if (lf == nullptr) return false;
  if (!in_chunk) head_bytes_ += line.size() + 1;
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return true;
}

ResponseParser::Event ResponseParser::OnLine(std::string_view line) {
  std::string_view wrong;
  switch (state_) {
    case State::kStatusLine:
      wrong = head_.AddStatusLine(line);
      state_ = State::kHeaders;
      break;
    case State::kHeaders:
      if (line.empty()) return OnHeadEnd();
      wrong = head_.AddHeaderLine(line);
      break;
    case State::kChunkSize:
      return OnChunkSize(line);
    default:  // a trailer
      if (!line.empty()) break;
      state_ = State::kEnded;
      return Event::kEnd;
  }
  return wrong.empty() ? Event::kNeedMore : Fail(wrong);
}

ResponseParser::Event ResponseParser::OnHeadEnd() {
  if (head_.is_interim()) {
    head_.Clear();
    state_ = State::kStatusLine;
    return Event::kNeedMore;
  }
  head_seen_ = true;
  line_is_consumed_ = false;
  Recycle(line_);
  left_ = head_.content_length().value_or(0);
  if (!head_.has_body()) {
    state_ = State::kEnded;
  } else if (head_.chunked()) {
    state_ = State::kChunkSize;
  } else if (head_.content_length().has_value()) {
    state_ = left_ > 0 ? State::kLength : State::kEnded;
  } else {
    state_ = State::kUntilClose;
  }
  return Event::kHead;
}

// "1a2b", then blanks, then nothing or extensions from ';' on.
ResponseParser::Event ResponseParser::OnChunkSize(std::string_view line) {
  size_t at = 0;
  left_ = 0;
  for (; at < line.size(); ++at) {
    const int digit = HexDigit(line[at]);
    if (digit < 0) break;
    if (left_ > kMaxChunkBytes / 16) return Fail(kBadChunkSize);
    left_ = left_ * 16 + static_cast<uint64_t>(digit);
  }
  if (at == 0) return Fail(kBadChunkSize);
  if (at < line.size()) {
    const size_t next = line.find_first_not_of(" \t", at);
    if (next != std::string_view::npos && line[next] != ';') return Fail(kBadChunkSize);
  }
  if (left_ > 0) {
    state_ = State::kChunkData;
  } else {
    state_ = State::kTrailers;
    head_bytes_ = 0;
  }
  return Event::kNeedMore;
}

ResponseParser::Event ResponseParser::Close() {
  switch (state_) {
    case State::kEnded:
      return Event::kEnd;
    case State::kFailed:
      return Event::kError;
    case State::kUntilClose:
      state_ = State::kEnded;
      return Event::kEnd;
    default:
      break;
  }
  if (head_seen_) return Fail(kClosedInBody, ErrorClass::kTruncated);
  return Fail(bytes_seen_ == 0 ? kNoAnswer : kClosedInHead, ErrorClass::kTruncated);
}

ResponseParser::Event ResponseParser::Fail(std::string_view sentence, ErrorClass error_class) {
  state_ = State::kFailed;
  error_ = sentence;
  error_class_ = error_class;
  return Event::kError;
}

}  // namespace monsoon
