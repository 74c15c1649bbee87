// ResponseFacts: what a download needs to know of the head of an HTTP answer. Pure; fed one header
// line at a time.
//
// Hugging Face names a file's content in X-Linked-Etag (sha256 of files in LFS) and X-Linked-Size,
// or, for small files, in ETag (the git blob's sha1); X-Repo-Commit is the commit that the asked
// revision stands for. X-Error-Code says more than the status: an unknown repository answers 401,
// so that nobody can probe for private ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace monsoon {

// "bytes 100-199/500", "bytes */500": -1 where there is a '*'.
struct ContentRange {
  int64_t begin = -1;
  int64_t end = -1;  // inclusive, as on the wire
  int64_t total = -1;

  friend bool operator==(const ContentRange&, const ContentRange&) = default;
};

struct ResponseFacts {
  int status = 0;
  std::string location;
  std::string etag;         // as sent, with quotes and W/
  std::string linked_etag;  // the same
  std::string commit;
  std::string error_code;  // GatedRepo, RepoNotFound, RevisionNotFound, EntryNotFound, ...
  std::string content_type;
  std::string retry_after;
  std::string rate_limit;  // `"resolvers";r=0;t=55`: t seconds to the end of the window
  std::optional<int64_t> content_length;
  std::optional<int64_t> linked_size;
  std::optional<ContentRange> content_range;

  bool is_redirect() const { return status >= 300 && status < 400 && !location.empty(); }
};

// One line of a head, the status line too, with or without its line break. A status line begins a
// new head: everything before it is forgotten (100 Continue, a proxy's answer to CONNECT).
void AddHeaderLine(std::string_view line, ResponseFacts& facts);

// Seconds that the server asks to be left alone: Retry-After (seconds, or a date, for which the
// time is needed) or else the end of the rate limit's window. nullopt when it says nothing.
std::optional<int64_t> AskedWaitS(const ResponseFacts& facts, int64_t unix_now_s);

// `"abc"`, `W/"abc"` and abc -> abc.
std::string NormaliseEtag(std::string_view etag);

// Whether equal values mean equal bytes (RFC 9110 section 8.8.1), so that If-Range may use it.
bool IsStrongEtag(std::string_view etag);

}  // namespace monsoon
