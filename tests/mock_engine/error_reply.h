// Replies that are known as a whole: errors in a dialect's words, pages, and what proxies say.
//
// Pure functions; safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/mock_engine/dialect.h"
#include "tests/mock_engine/fault.h"
#include "tests/mock_engine/reply.h"

namespace monsoon::mock_engine {

// How an overloaded engine says when to come again. All but kUsual go with 429, 503 and 529.
enum class RetryForm {
  kUsual,     // retry-after: 7, with 429 only
  kSeconds,   // retry-after: 7
  kFraction,  // retry-after: 1.5
  kDate,      // retry-after: an HTTP date, 7 s ahead
  kMs,        // retry-after-ms: 1500.5
  kVeto,      // retry-after: 7 and x-should-retry: false
  kNone,
};

// "seconds", "fraction", "date", "ms", "veto" or "none".
std::optional<RetryForm> FindRetryForm(std::string_view name);

// Lines, each with its end; "" for a status that says nothing of it.
std::string RetryHeaders(RetryForm form, int status, int64_t unix_now_s);

struct ErrorContext {
  const Dialect& dialect;
  const Wire* wire = nullptr;  // null: no route is meant
  bool keep_alive = true;
};

Reply ErrorReply(const ErrorContext& context, const EngineError& error,
                 std::string_view extra_headers = "");
Reply PageReply(std::string_view content_type, std::string_view body, bool keep_alive);

// True if the fault is a whole reply of its own: a status, or a 200 that is none.
bool IsWholeReply(Fault fault);
Reply FaultReply(const ErrorContext& context, Fault fault, RetryForm form, int64_t unix_now_s);

}  // namespace monsoon::mock_engine
