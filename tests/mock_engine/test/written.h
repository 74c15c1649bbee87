// What an answer's writer writes, as one text: for tests that compare whole streams.
//
// The answer is of request 0x9f to the model "m" at 1770000000 (2026-02-02T02:40:00Z), of a prompt
// of 11 tokens ("Say hi"); its words are "The" and " monsoon" unless `first_token` says otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/mock_engine/answer_state.h"

namespace monsoon::mock_engine {

struct Written {
  int64_t tokens = 2;
  bool by_limit = true;
  std::vector<Flag> flags;
  int64_t reasoning_tokens = 0;
  int64_t items = 1;
  int64_t first_token = 0;  // of the only event, if not 0
  int64_t bad_utf8_at = -1;
  int64_t cached_tokens = -1;
};

// Early events, one event for each token, finish, usage and terminator.
std::string WriteStream(std::string_view dialect, std::string_view path,
                        const Written& written = {});
std::string WriteWhole(std::string_view dialect, std::string_view path,
                       const Written& written = {});
// The event of {500, "E", "x"} in the middle of a stream, and what follows it.
std::string WriteError(std::string_view dialect, std::string_view path,
                       const Written& written = {});

}  // namespace monsoon::mock_engine
