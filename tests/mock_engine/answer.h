// An answer as a sequence of timed steps: what is sent when, and what happens afterwards.
//
// Pure: time goes in as arguments and bytes come out, so every answer can be checked without a
// socket. All times are scripted ones, in nanoseconds; lateness of the loop never bends the
// script. Not thread-safe; an answer belongs to one connection.
#pragma once

#include <cstdint>
#include <string_view>

namespace monsoon::mock_engine {

struct Step {
  enum class After {
    kWait,   // next step at next_ns
    kEnd,    // the response is complete; the connection can be used again
    kClose,  // the engine closes the connection (FIN)
    kReset,  // the engine resets the connection (RST)
    kHang,   // nothing more ever comes
  };

  std::string_view bytes;  // to be sent now; valid until the next call of Next()
  int64_t tokens = 0;      // tokens which these bytes complete
  After after = After::kWait;
  int64_t next_ns = 0;  // with kWait
};

class Answer {
 public:
  virtual ~Answer() = default;

  // What goes out before the first step, when the response's headers are due; "" if the headers
  // are part of a step.
  virtual std::string_view headers() const = 0;

  // The engine starts to work on the request. Returns when the first step is due.
  virtual int64_t Begin(int64_t start_ns) = 0;

  // The step that was due at `due_ns`, the time that Begin() or the previous step named. Call
  // until a step says something other than kWait.
  virtual Step Next(int64_t due_ns) = 0;
};

}  // namespace monsoon::mock_engine
