// Finds the error in what an engine sent: the nine shapes of the wire-protocol reference, section
// 1.6, plus HTML pages and plain text. Off the hot path: it may allocate. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace monsoon {

struct ErrorObject {
  std::string message;  // never empty
  std::string type;     // "BadRequestError", "overloaded_error", ...; "" when not told
  std::string code;     // "429", "rate_limit_exceeded", ...; "" when not told

  friend bool operator==(const ErrorObject&, const ErrorObject&) = default;
};

// The error that the JSON object `json` is or holds; nullopt when it is no error (a member
// `"error": null`, false, "", 0, {} or [] is none) or no JSON object. Of an array, the first
// element that is one. NaN and Infinity, which Python writes, are read as null.
std::optional<ErrorObject> FindErrorObject(std::string_view json);

// "model not found (NotFoundError, code 404)".
std::string DescribeError(const ErrorObject& error);

// The message for an answer of status `http_status` with this body, which may be JSON, SSE, HTML,
// plain text or empty: "HTTP 401: Unauthorized".
std::string DescribeHttpError(int http_status, std::string_view body);

// What an HTML page says it is: its title, else an excerpt.
std::string DescribeHtml(std::string_view html);

}  // namespace monsoon
