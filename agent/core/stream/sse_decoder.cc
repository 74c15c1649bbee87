#include "agent/core/stream/sse_decoder.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace monsoon {
namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";
constexpr std::string_view kStatusNote = "HTTP_STATUS/";
constexpr size_t kKeptCapacity = 1 << 20;
// Beyond this, lines change hands by swap instead of by copy, and no buffer grows in advance.
constexpr size_t kCopiedBytes = 64 << 10;

const char* Find(char c, const char* begin, const char* end) {
  const void* found = std::memchr(begin, c, static_cast<size_t>(end - begin));
  return found == nullptr ? end : static_cast<const char*>(found);
}

// 0 unless `comment` is "HTTP_STATUS/NNN".
int ParseStatusNote(std::string_view comment) {
  if (comment.substr(0, kStatusNote.size()) != kStatusNote) return 0;
  comment.remove_prefix(kStatusNote.size());
  int status = 0;
  for (size_t i = 0; i < comment.size() && i < 3; ++i) {
    if (comment[i] < '0' || comment[i] > '9') break;
    status = status * 10 + (comment[i] - '0');
  }
  return status;
}

void Recycle(std::string& buffer) {
  buffer.clear();
  if (buffer.capacity() > kKeptCapacity) std::string().swap(buffer);
}

}  // namespace

void SseDecoder::Feed(std::string_view bytes, SseHandler& handler) {
  if (bom_bytes_ >= 0) bytes = SkipBom(bytes);
  if (bytes.empty() || too_long_) return;
  const char* p = bytes.data();
  const char* const end = p + bytes.size();
  // The next LF and CR at or after p. Each is searched for again only when p has passed it, so that
  // a body with one kind of line end is not scanned to its end for the other at every line.
  const char* lf = Find('\n', p, end);
  const char* cr = Find('\r', p, end);
  while (p < end && !too_long_) {
    if (std::exchange(skip_lf_, false) && *p == '\n') {
      ++p;
      continue;
    }
    if (lf < p) lf = Find('\n', p, end);
    if (cr < p) cr = Find('\r', p, end);
    const char* const eol = lf < cr ? lf : cr;
    const std::string_view tail(p, static_cast<size_t>(eol - p));
    if (eol == end) {
      StashSingle();
      KeepPartial(tail);
      return;
    }
    skip_lf_ = *eol == '\r';
    p = eol + 1;
    const bool buffered = !line_is_consumed_ && !line_.empty();
    OnLine(buffered ? CompleteLine(tail) : tail, buffered ? Single::kLine : Single::kInput,
           handler);
  }
  StashSingle();
}

// Drops a leading BOM, which may itself be cut. Bytes that only began like one become line content.
std::string_view SseDecoder::SkipBom(std::string_view bytes) {
  while (!bytes.empty() && bom_bytes_ >= 0) {
    if (bytes.front() != kBom[static_cast<size_t>(bom_bytes_)]) {
      line_.append(kBom.substr(0, static_cast<size_t>(bom_bytes_)));
      bom_bytes_ = -1;
      break;
    }
    bytes.remove_prefix(1);
    if (++bom_bytes_ == static_cast<int>(kBom.size())) bom_bytes_ = -1;
  }
  return bytes;
}

// The unfinished line with `tail` added. It stays readable in line_ until StashSingle().
std::string_view SseDecoder::CompleteLine(std::string_view tail) {
  KeepPartial(tail);
  line_is_consumed_ = true;
  return line_;
}

void SseDecoder::KeepPartial(std::string_view tail) {
  if (tail.empty()) return;
  if ((line_.empty() ? tail : line_).front() == ':') {
    const size_t kept = line_.size();
    line_.append(tail.substr(0, kept > kMaxCommentBytes ? 0 : kMaxCommentBytes + 1 - kept));
    return;
  }
  if (Exceeds(line_.size() + tail.size())) {
    too_long_ = true;
    return;
  }
  line_.append(tail);
}

// Makes the pending value survive what follows: the end of the fed bytes, the next use of line_.
void SseDecoder::StashSingle() {
  if (single_ == Single::kLine && line_.size() > kCopiedBytes) {
    data_begin_ = static_cast<size_t>(single_data_.data() - line_.data());
    data_.swap(line_);
  } else if (single_ != Single::kNone) {
    data_.assign(single_data_);
    data_begin_ = 0;
  }
  single_ = Single::kNone;
  if (std::exchange(line_is_consumed_, false)) line_.clear();
  if (line_.empty()) line_.reserve(reserved_bytes_);
}

// Both buffers learn of an event's size when it is first seen, not when a cut first needs them.
void SseDecoder::ReserveFor(size_t event_bytes) {
  if (event_bytes <= reserved_bytes_ || event_bytes > kCopiedBytes) return;
  reserved_bytes_ = std::bit_ceil(event_bytes);
  data_.reserve(reserved_bytes_);
}

void SseDecoder::OnLine(std::string_view line, Single where, SseHandler& handler) {
  if (line.empty()) {
    Dispatch(handler);
    return;
  }
  if (line.front() == ':') {
    const std::string_view comment = line.substr(1, kMaxCommentBytes);
    if (const int status = ParseStatusNote(comment); status != 0) http_status_ = status;
    handler.OnSseComment(comment);
    return;
  }
  if (too_long_ || Exceeds(line.size())) {
    too_long_ = true;
    return;
  }
  event_bytes_ += line.size();
  ReserveFor(event_bytes_);
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    OnField(line, line.substr(line.size()), where);
    return;
  }
  std::string_view value = line.substr(colon + 1);
  if (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  OnField(line.substr(0, colon), value, where);
}

void SseDecoder::OnField(std::string_view field, std::string_view value, Single where) {
  if (field == "data") {
    AppendData(value, where);
  } else if (field == "event") {
    name_.assign(value);
  } else if (field == "error") {
    error_.assign(value);
    has_error_ = true;
  }
}

void SseDecoder::AppendData(std::string_view value, Single where) {
  if (!has_data_) {
    has_data_ = true;
    single_data_ = value;
    single_ = where;
    return;
  }
  if (single_ != Single::kNone) {
    data_.assign(single_data_);
    data_begin_ = 0;
    single_ = Single::kNone;
  }
  data_.push_back('\n');
  data_.append(value);
}

std::string_view SseDecoder::data() const {
  if (!has_data_) return {};
  if (single_ != Single::kNone) return single_data_;
  return std::string_view(data_).substr(data_begin_);
}

void SseDecoder::Dispatch(SseHandler& handler) {
  if (has_data_ || has_error_) {
    handler.OnSseEvent({.name = name_,
                        .data = data(),
                        .error = error_,
                        .has_error = has_error_,
                        .http_status = http_status_});
  }
  ClearEvent();
}

void SseDecoder::ClearEvent() {
  data_.clear();
  data_begin_ = 0;
  single_ = Single::kNone;
  has_data_ = false;
  name_.clear();
  error_.clear();
  has_error_ = false;
  http_status_ = 0;
  event_bytes_ = 0;
}

SseEnd SseDecoder::Finish(SseHandler& handler) {
  if (too_long_) return SseEnd::kTruncated;
  if (bom_bytes_ > 0) line_.append(kBom.substr(0, static_cast<size_t>(bom_bytes_)));
  bom_bytes_ = -1;
  const bool comment = !line_.empty() && line_.front() == ':';
  const bool partial = !line_.empty() && !comment;
  if (!line_.empty()) {
    line_is_consumed_ = true;
    OnLine(line_, Single::kLine, handler);
    StashSingle();
  }
  if (!has_data_ && !has_error_) {
    const bool inside = partial || !name_.empty();
    ClearEvent();
    return inside ? SseEnd::kTruncated : SseEnd::kClean;
  }
  const bool whole = handler.IsWholePayload(has_data_ ? data() : std::string_view(error_));
  if (!whole) {
    ClearEvent();
    return SseEnd::kTruncated;
  }
  Dispatch(handler);
  return SseEnd::kNoFinalBlankLine;
}

void SseDecoder::Reset() {
  ClearEvent();
  Recycle(line_);
  Recycle(data_);
  reserved_bytes_ = std::min(reserved_bytes_, std::min(line_.capacity(), data_.capacity()));
  line_is_consumed_ = false;
  Recycle(error_);
  Recycle(name_);
  bom_bytes_ = 0;
  skip_lf_ = false;
  too_long_ = false;
}

}  // namespace monsoon
