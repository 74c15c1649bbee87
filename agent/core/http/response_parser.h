// ResponseParser: takes the bytes of HTTP/1.0 and HTTP/1.1 responses apart (RFC 9112), as they
// come from one connection. Pure: no I/O, no clock. One per connection or slot; not thread-safe.
//
//   parser.Begin();                                  // a request was sent
//   for each read, `input` being its bytes:
//     for (bool more = true; more;) {
//       switch (parser.Next(input, body)) {
//         case Event::kHead: ...status(), content_type()...; break;
//         case Event::kBody: decoder.Feed(body); break;
//         case Event::kEnd: ...; more = false; break;      // the rest of `input`: see below
//         case Event::kError: ...error(); more = false; break;
//         case Event::kNeedMore: more = false; break;
//       }
//     }
//   the peer closed: parser.Close() is kEnd or kError
//
// Next() takes bytes off the front of `input`; kNeedMore means that it took all of them. It must
// be called until it gives something else than kHead or kBody, even when `input` is empty by then:
// a body of no bytes ends without any. The order is kHead, any number of kBody, then kEnd or
// kError, and what comes out, spans joined, is the same however the bytes are cut. `body` points
// into the caller's `input`, is never empty at kBody and "" at any other event.
//
// After kEnd the parser takes nothing before the next Begin(). Bytes left in `input` then were not
// asked for: there is no pipelining here. The caller must close such a connection, whatever
// keep_alive() says, for nothing on it can be trusted to answer the next request.
//
// Strict where a wrong guess would misread the body: the status line, Content-Length (several must
// agree), Transfer-Encoding (chunked, or identity, which means nothing; anything else is an error),
// chunk sizes (below 2^63), a header line without a colon, NUL anywhere in the head. Tolerant as
// libcurl is elsewhere: a bare LF ends a line; extensions of chunks, trailers and unknown headers
// are skipped. A line folded onto the next (obs-fold) is skipped with the unknown header that it
// belongs to, and an error after one that is read here. Answers 1xx before the real one are
// skipped, except 101, which is an error as nobody asked to switch. Transfer-Encoding wins over
// Content-Length; both together, or the former in HTTP/1.0, end the connection's use (RFC 9112,
// section 6.1).
//
// Cost and memory: a line that lies whole inside one read is parsed where it is; only an unfinished
// one is kept, and beyond kKeptCapacity its memory is given back with the head. In steady state
// nothing is allocated. A head or the trailers beyond kMaxHeadBytes are an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/core/http/response_head.h"
#include "common/model/error_class.h"

namespace monsoon {

class ResponseParser {
 public:
  static constexpr size_t kMaxHeadBytes = 256 << 10;  // with all 1xx answers before it
  static constexpr size_t kMaxChunkLineBytes = 16 << 10;
  static constexpr size_t kKeptCapacity = 256;

  enum class Event : uint8_t { kNeedMore, kHead, kBody, kEnd, kError };

  ResponseParser() = default;
  ResponseParser(const ResponseParser&) = delete;
  ResponseParser& operator=(const ResponseParser&) = delete;

  // The answer to another request is expected. Forgets all about the last one.
  void Begin();
  Event Next(std::string_view& input, std::string_view& body);
  // The peer closed the connection, after everything that it sent went through Next(). kEnd: the
  // body was one that ends so, or had ended. Else kError: kTruncated, or the earlier error.
  Event Close();

  // Bytes taken since Begin(). 0 at Close(): a reused connection had died, and the request may be
  // sent once more on a new one.
  uint64_t bytes_seen() const { return bytes_seen_; }
  bool head_seen() const { return head_seen_; }

  // From kHead to the next Begin().
  int status() const { return head_.status(); }
  std::string_view content_type() const { return head_.content_type(); }  // trimmed, "" without
  std::string_view content_encoding() const { return head_.content_encoding(); }  // likewise
  bool chunked() const { return head_.chunked(); }
  // What the header says; nothing when chunked. The body may be none in spite of it (204, 304).
  std::optional<uint64_t> content_length() const { return head_.content_length(); }
  // Whether the connection may carry another request once kEnd was seen with no bytes left over.
  bool keep_alive() const { return head_.keep_alive(); }

  // At kError. kBadPayload: what came is not HTTP. kTruncated: it ended too early. After kHead the
  // bytes of the body so far were as sent, and the payload's own end may have been among them.
  ErrorClass error_class() const { return error_class_; }
  std::string_view error() const { return error_; }  // a sentence, of static storage

 private:
  enum class State : uint8_t {
    kStatusLine,
    kHeaders,
    kLength,      // left_ more bytes of body
    kUntilClose,  // whatever comes is body
    kChunkSize,
    kChunkData,  // left_ more bytes of this chunk
    kChunkCr,    // the line end after them
    kChunkLf,
    kTrailers,
    kEnded,
    kFailed,
  };

  Event Step(std::string_view& input, std::string_view& body);
  Event Body(std::string_view& input, std::string_view& body);
  Event UntilLineEnd(std::string_view& input);
  bool TakeLine(std::string_view& input, std::string_view& line);
  Event OnLine(std::string_view line);
  Event OnHeadEnd();
  Event OnChunkSize(std::string_view line);
  Event Fail(std::string_view sentence, ErrorClass error_class = ErrorClass::kBadPayload);

  State state_ = State::kStatusLine;
  ErrorClass error_class_ = ErrorClass::kNone;
  bool head_seen_ = false;
  bool line_is_consumed_ = false;  // line_ was handed out whole and may go
  uint64_t left_ = 0;
  uint64_t bytes_seen_ = 0;
  size_t head_bytes_ = 0;  // in complete lines of the head, or of the trailers
  std::string_view error_;
  std::string line_;  // the line that the last Next() left unfinished
  ResponseHead head_;
};

}  // namespace monsoon
