#include "tests/mock_engine/test/written.h"

#include <gtest/gtest.h>

#include "tests/mock_engine/answer_writer.h"
#include "tests/mock_engine/dialects/dialects.h"

namespace monsoon::mock_engine {
namespace {

AnswerWriter MakeWriter(std::string_view name, std::string_view path, const Written& written) {
  const Dialect* dialect = FindDialect(name);
  const Route* route = nullptr;
  for (const Route& one : dialect->routes) {
    if (one.path == path) route = &one;
  }
  if (route == nullptr) {
    ADD_FAILURE() << name << " has no route " << path;
    route = &dialect->routes.front();
  }
  AnswerState state;
  state.request_index = 0x9f;
  state.model = "m";
  state.prompt = "Say hi";
  state.created_s = 1770000000;
  state.reasoning_field = dialect->reasoning_field;
  state.reasoning_tokens = written.reasoning_tokens;
  state.items = written.items;
  state.bad_utf8_at = written.bad_utf8_at;
  state.usage = {.prompt_tokens = 11, .cached_tokens = written.cached_tokens};
  for (const Flag flag : written.flags) state.Set(flag);
  int64_t tokens = route->wire.generates ? written.tokens : 0;
  if (written.first_token > 0) tokens = written.first_token + 2;
  return AnswerWriter(route->wire, state, tokens, written.by_limit);
}

}  // namespace

std::string WriteStream(std::string_view dialect, std::string_view path, const Written& written) {
  AnswerWriter writer = MakeWriter(dialect, path, written);
  std::string out;
  writer.AppendEarly(&out);
  if (written.first_token > 0) {
    writer.AppendTokens({.first_token = written.first_token, .tokens = 1}, &out);
    return out;
  }
  for (int64_t token = 0; token < written.tokens; ++token) {
    writer.AppendTokens({.first_token = token,
                         .tokens = 1,
                         .reasoning = token < written.reasoning_tokens,
                         .last = token + 1 == written.tokens},
                        &out);
  }
  writer.AppendFinish(&out);
  writer.AppendUsage(&out);
  writer.AppendDone(&out);
  return out;
}

std::string WriteWhole(std::string_view dialect, std::string_view path, const Written& written) {
  return MakeWriter(dialect, path, written).Whole();
}

std::string WriteError(std::string_view dialect, std::string_view path, const Written& written) {
  std::string out;
  EXPECT_TRUE(MakeWriter(dialect, path, written).AppendError({500, "E", "x"}, &out));
  return out;
}

}  // namespace monsoon::mock_engine
