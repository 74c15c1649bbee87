// ResponseHead: what the status line and the headers of one response say about its body and its
// connection (RFC 9112, sections 4 to 6 and 9). ResponseParser cuts the lines and owns one of
// these; that header says what is tolerated. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace monsoon {

class ResponseHead {
 public:
  // Forgets everything; keeps the memory of usual values.
  void Clear();

  // A line without its end; a header line is not empty. The results are "" or a sentence (of static
  // storage) that says why this is no answer; what the accessors say is meaningless then.
  std::string_view AddStatusLine(std::string_view line);
  std::string_view AddHeaderLine(std::string_view line);

  // Whether a status line can begin with `kept` followed by `more`: "" or the sentence why not. So
  // nobody waits for a line end that a server of another protocol may never send.
  static std::string_view CheckBeginning(std::string_view kept, std::string_view more);

  int status() const { return status_; }
  bool is_interim() const { return status_ < 200; }
  std::string_view content_type() const { return content_type_; }
  std::string_view content_encoding() const { return content_encoding_; }
  bool chunked() const { return chunked_; }
  std::optional<uint64_t> content_length() const;
  bool has_body() const { return status_ != 204 && status_ != 304; }
  bool keep_alive() const;

 private:
  std::string_view AddField(std::string_view name, std::string_view value);
  std::string_view AddContentLength(std::string_view value);
  std::string_view AddTransferEncoding(std::string_view value);
  void AddContentEncoding(std::string_view value);
  void AddConnection(std::string_view value);

  int status_ = 0;
  bool http_1_0_ = false;
  bool chunked_ = false;
  bool has_length_ = false;
  bool says_close_ = false;
  bool says_keep_alive_ = false;
  bool last_line_was_read_ = false;  // it is one of those that AddField() knows
  uint64_t length_ = 0;
  std::string content_type_;
  std::string content_encoding_;
};

}  // namespace monsoon
