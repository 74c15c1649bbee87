// Guesses from one answer which engine's protocol it is: by the names of its members, which are the
// engines' own (wire-protocol reference, sections 3.2 and 4), and by how servers word that a route
// is not there. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace monsoon {

struct EngineGuess {
  std::string_view type;   // a name of common/model/engine_type.h
  std::string_view route;  // native, chat, completions, responses, messages; "": not told
  std::string_view name;   // for sentences: "TGI", "OpenAI's chat completions"

  friend bool operator==(const EngineGuess&, const EngineGuess&) = default;
};

struct AnswerSample {
  int http_status = 200;
  std::string_view server;  // header Server
  std::string_view body;    // its beginning, cut anywhere
};

// nullopt when nothing in the answer is any engine's own.
std::optional<EngineGuess> GuessEngine(const AnswerSample& answer);

}  // namespace monsoon
