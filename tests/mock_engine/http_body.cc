#include "tests/mock_engine/http_body.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "common/base/str_cat.h"
#include "tests/mock_engine/http_response.h"

namespace monsoon::mock_engine {
namespace {

using Framing = BodyForm::Framing;
using LineEnd = BodyForm::LineEnd;

constexpr std::string_view kLastChunk = "0\r\n\r\n";
constexpr std::string_view kLastExtendedChunk =
    "0;last=yes\r\nx-mock-trailer: one\r\nserver-timing: total\r\n\r\n";
constexpr std::string_view kEarlyHints =
    "HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload\r\n\r\n";

std::string FramingHeader(Framing framing, size_t bytes) {
  switch (framing) {
    case Framing::kContentLength:
      return StrCat("content-length: ", bytes, "\r\n");
    case Framing::kCloseDelimited:
      return "";
    case Framing::kExtended:
      return "transfer-encoding: chunked\r\ntrailer: x-mock-trailer, server-timing\r\n";
    case Framing::kChunked:
      break;
  }
  return "transfer-encoding: chunked\r\n";
}

}  // namespace

BodyForm FormOf(const FaultChoice& faults, bool sse) {
  BodyForm form;
  if (faults.has(Fault::kChunkExtensions)) form.framing = Framing::kExtended;
  if (faults.has(Fault::kContentLength)) form.framing = Framing::kContentLength;
  if (faults.has(Fault::kCloseDelimited)) form.framing = Framing::kCloseDelimited;
  if (sse && faults.has(Fault::kCrLf)) form.line_end = LineEnd::kCrLf;
  if (sse && faults.has(Fault::kCr)) form.line_end = LineEnd::kCr;
  form.no_space = sse && faults.has(Fault::kNoSpace);
  form.bom = sse && faults.has(Fault::kBom);
  form.gzip = faults.has(Fault::kGzip);
  form.early_hints = faults.has(Fault::kEarlyHints);
  form.connection_close = faults.has(Fault::kConnectionClose);
  return form;
}

std::string HttpBody::Head(int status, std::string_view content_type, bool keep_alive,
                           size_t bytes) const {
  const bool close =
      !keep_alive || form_.connection_close || form_.framing == Framing::kCloseDelimited;
  return StrCat(form_.early_hints ? kEarlyHints : "", StatusLine(status),
                "server: mock_engine\r\ncontent-type: ", content_type, "\r\n",
                FramingHeader(form_.framing, bytes), form_.gzip ? "content-encoding: gzip\r\n" : "",
                close ? "connection: close\r\n" : "", "\r\n");
}

void HttpBody::StripLineEnds() {
  while (!empty() && buffer_.back() == '\n') buffer_.pop_back();
}

std::string_view HttpBody::Finish(bool last) {
  if (!plain_) return FinishSpecially(last);
  size_t begin = kHeadroom;
  if (!empty()) {
    static constexpr char kDigits[] = "0123456789abcdef";
    size_t left = buffer_.size() - kHeadroom;
    buffer_[--begin] = '\n';
    buffer_[--begin] = '\r';
    for (; left > 0; left /= 16) buffer_[--begin] = kDigits[left % 16];
    buffer_.append("\r\n");
  }
  if (last) buffer_.append(kLastChunk);
  return std::string_view(buffer_).substr(begin);
}

std::string HttpBody::ChangeLines(std::string_view payload) {
  std::string text(payload);
  if (form_.no_space) {
    text.insert(0, "\n");
    absl::StrReplaceAll({{"\ndata: ", "\ndata:"}, {"\nevent: ", "\nevent:"}}, &text);
    text.erase(0, 1);
  }
  if (form_.line_end == LineEnd::kCrLf) absl::StrReplaceAll({{"\n", "\r\n"}}, &text);
  if (form_.line_end == LineEnd::kCr) absl::StrReplaceAll({{"\n", "\r"}}, &text);
  if (form_.bom && !begun_) text.insert(0, "\xEF\xBB\xBF");
  return text;
}

std::string_view HttpBody::FinishSpecially(bool last) {
  special_.clear();
  std::string bytes;
  if (!empty()) {
    bytes = ChangeLines(std::string_view(buffer_).substr(kHeadroom));
    begun_ = true;
  }
  if (form_.gzip) {
    std::string packed;
    if (!bytes.empty()) gzip_.Append(bytes, &packed);
    if (last) gzip_.Finish(&packed);
    bytes = std::move(packed);
  }
  Frame(bytes, last);
  return special_;
}

void HttpBody::Frame(std::string_view bytes, bool last) {
  if (form_.framing == Framing::kContentLength || form_.framing == Framing::kCloseDelimited) {
    special_.append(bytes);
    return;
  }
  const bool extended = form_.framing == Framing::kExtended;
  if (!bytes.empty()) {
    absl::StrAppend(&special_, absl::Hex(bytes.size()), extended ? ";mock=\"a b\";x" : "", "\r\n",
                    ToAbsl(bytes), "\r\n");
  }
  if (last) special_.append(extended ? kLastExtendedChunk : kLastChunk);
}

}  // namespace monsoon::mock_engine
