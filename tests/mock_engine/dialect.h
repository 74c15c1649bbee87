// What the mock engine knows of one real engine: its routes with the bytes they answer, its pages,
// its errors. All of it is data; dialects/ holds a file of it for each engine.
//
// Plain structs, filled once by the functions of dialects/dialects.h and never changed: safe from
// any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/mock_engine/template.h"

namespace monsoon::mock_engine {

// Where a request's body says what the script needs. Places are JSON pointers.
struct RequestShape {
  enum class Stream {
    kMember,          // `stream`, false if absent
    kMemberElseTrue,  // `stream`, true if absent
    kAlways,
    kNever,
    kDashScopeHeader,  // X-DashScope-SSE: enable
  };

  Stream stream = Stream::kMember;
  std::string stream_member = "/stream";
  std::string model = "/model";                       // must be there; "": not asked for
  std::vector<std::string> prompt = {"/messages"};    // added up; one must be there
  std::vector<std::string> limits = {"/max_tokens"};  // of the answer's tokens; the last one counts
  bool limit_needed = false;
  bool stream_options = false;  // known, and so refused where there is no stream
  // Flags that the request can set, and the member (true or "message") that sets each.
  std::vector<std::pair<Flag, std::string>> flags;
  // How many parts the answer has: a number ("n"), or a list with one for each; "": one.
  std::string items;
  bool keep_prompt = false;          // an answer may repeat it
  std::vector<std::string> refused;  // members which the engine calls unknown, with status 400
};

// The bytes of one route's answers.
struct Wire {
  RequestShape request;

  std::string content_type = "text/event-stream; charset=utf-8";
  bool headers_with_first = false;  // the status line waits for the first event
  bool generates = true;            // false: no tokens (embeddings, rerank)
  // It only says how the prompt splits: at once, not in the log, spared by faults. An item is a
  // token of the prompt.
  bool tokenizes = false;
  bool reasoning = true;      // it tells reasoning from content
  bool ascii_only = false;    // JSON as \uXXXX
  bool cumulative = false;    // events repeat the text, unless the request wants pieces
  bool counts_eos = false;    // an answer that ends by itself has one token more, without text
  std::string stop = "stop";  // finish reasons in the engine's words
  std::string length = "length";
  std::string item_separator = ",";

  // Of a stream, in this order; every one may be empty.
  Template early;    // with the headers
  Template opening;  // before the first token, in the same write; for each item
  Template token;    // for each chunk of tokens and item
  Template finish;   // after the last one; for each item
  Template usage;    // if Flag::kUsage is set
  Template done;     // what only a finished answer has at its end

  Template error;  // in the middle; "": the connection is cut instead
  Template after_error;
  Template heartbeat = ": keep-alive\n\n";
  std::string line_begin = "data: ";  // of an event, for those that no dialect knows
  std::string line_end = "\n\n";

  // Of an answer in one piece.
  Template whole_begin;
  Template whole_item;  // for each item, with `item_separator` between them
  Template whole_end;
  Template error_body;  // "": the dialect's

  bool is_sse() const { return content_type.starts_with("text/event-stream"); }
  // Something in the stream, other than the end of the body, says that the answer is complete.
  bool says_its_end() const { return !done.empty() || !finish.empty() || token.Asks(Flag::kLast); }
};

struct Route {
  std::string path;  // '*' is any one segment; the first is the model's name
  Wire wire;
  std::string needed_query;    // such as "api-version"; 404 without it
  bool needs_version = false;  // the header anthropic-version; 400 without it
};

// An answer to a GET.
struct Page {
  std::string path;
  Template body;
  std::string content_type = "application/json";
  bool dangerous = false;  // the real engine would stop or lose something
};

// The type and text which the engine gives a status.
struct ErrorText {
  int status;
  std::string type;
  std::string message;
};

struct Dialect {
  enum class Guard { kV1, kPosts, kAllButHealth };

  std::string name;  // of --dialect
  std::vector<Route> routes;
  std::vector<Page> pages;
  Guard guard = Guard::kPosts;   // what --api-key closes
  int overload = 503;            // the status of "come again later"
  std::string key_header;        // "x-api-key" or "api-key", besides or instead of a bearer's
  bool bearer = true;            // Authorization: Bearer KEY is taken
  bool needs_json_type = false;  // 400 without content-type: application/json
  std::string reasoning_field = "reasoning_content";
  Template error_body;
  std::vector<ErrorText> errors;  // before the common ones
  std::string unauthorized = "";  // the whole body of a 401; "": `error_body`
  bool unauthorized_is_empty = false;
};

struct FoundRoute {
  const Dialect* dialect = nullptr;  // null: none has it
  const Route* route = nullptr;
  std::string model;  // from the path
};

// Of the first of `dialects` that has it.
FoundRoute FindRoute(const std::vector<const Dialect*>& dialects, std::string_view path);

// What the dialect says with a status.
EngineError ErrorOf(const Dialect& dialect, int status);

// The body of an error status. `wire` may be null.
std::string ErrorBody(const Dialect& dialect, const Wire* wire, const EngineError& error);

// `path` has the form of `pattern`. `segment` gets what the first '*' stands for.
bool MatchesPath(std::string_view pattern, std::string_view path, std::string* segment);

}  // namespace monsoon::mock_engine
