// What a connection is to do about a request.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tests/mock_engine/answer.h"

namespace monsoon::mock_engine {

struct Reply {
  enum class Kind {
    kBytes,   // `bytes` at once, and that is all
    kAnswer,  // `answer`, as soon as there is a slot
    kHang,    // nothing, ever
    kDrop,    // the connection is closed without a byte
  };

  Kind kind = Kind::kBytes;
  std::string bytes;
  std::unique_ptr<Answer> answer;
  int status = 0;                   // of the status line; 0 if none will be sent
  std::string_view outcome = "ok";  // for the log, if the reply takes its course; static storage
  bool close_after = false;         // close the connection once the response is complete
  bool half_close_after = false;    // or say nothing more on it, and hear nothing
  bool reset_after = false;         // or reset it
  bool is_generation = false;       // goes into the log
  bool is_dangerous = false;        // a real engine would have stopped, or lost something
  int64_t prompt_tokens = 0;
};

}  // namespace monsoon::mock_engine
