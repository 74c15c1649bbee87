// The body of a response and the head that belongs to it, in any of the forms that HTTP and the
// event-stream format allow.
//
// The usual form, HTTP chunks of what is given, costs a few bytes in front of the payload and
// allocates nothing once its buffer has grown: append the payload to payload(), then Finish(). The
// others take a detour. Pure; one per response, not thread-safe. Copyable.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "tests/mock_engine/fault.h"
#include "tests/mock_engine/gzip_stored.h"

namespace monsoon::mock_engine {

struct BodyForm {
  enum class Framing {
    kChunked,
    kExtended,        // chunks with extensions, trailers behind the last one
    kContentLength,   // needs the length before
    kCloseDelimited,  // until the connection is closed
  };
  enum class LineEnd { kLf, kCrLf, kCr };

  Framing framing = Framing::kChunked;
  LineEnd line_end = LineEnd::kLf;
  bool no_space = false;  // "data:" instead of "data: "
  bool bom = false;
  bool gzip = false;
  bool early_hints = false;  // a 103 response in front
  bool connection_close = false;

  // Nothing is changed and chunks are plain.
  bool plain() const {
    return framing == Framing::kChunked && line_end == LineEnd::kLf && !no_space && !bom && !gzip;
  }
};

// What the modifiers ask for. Lines are changed only in a body of server-sent events.
BodyForm FormOf(const FaultChoice& faults, bool sse);

class HttpBody {
 public:
  explicit HttpBody(BodyForm form) : form_(form), plain_(form.plain()) {}

  // The head of the response. `bytes` is the body's length, for kContentLength.
  std::string Head(int status, std::string_view content_type, bool keep_alive, size_t bytes) const;

  // Where payload is appended; empty after Clear(). Append only.
  std::string& payload() { return buffer_; }
  bool empty() const { return buffer_.size() == kHeadroom; }
  void Clear() { buffer_.assign(kHeadroom, ' '); }

  // Takes the line ends off the end of the payload.
  void StripLineEnds();

  // What was appended since Clear(), as it goes on the wire ("" if nothing was), and with `last`
  // the end of the body. The result is valid until the next call.
  std::string_view Finish(bool last = false);

 private:
  static constexpr size_t kHeadroom = 18;  // 16 hexadecimal digits, CR, LF

  std::string_view FinishSpecially(bool last);
  std::string ChangeLines(std::string_view payload);
  void Frame(std::string_view bytes, bool last);

  BodyForm form_;
  bool plain_;
  bool begun_ = false;
  std::string buffer_ = std::string(kHeadroom, ' ');
  std::string special_;
  GzipStored gzip_;
};

}  // namespace monsoon::mock_engine
