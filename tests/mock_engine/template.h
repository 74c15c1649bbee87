// The bytes of one piece of an answer, with holes.
//
//   data: {"text":"<text>"<?last>,"finish_reason":"<finish>"</>}
//
//   <name>                 a slot: a value of the AnswerState (the list is in template.cc)
//   <?flag>A<:>B</>        A if the flag is set, else B; "<:>B" may be left out; they nest
//   <!flag>A</>            A if it is not set
//
// Any other '<' is a byte like others ("</s>" is one). Texts are compiled once, when the table of
// dialects is made; an unknown name or an open condition is a mistake in that table and ends the
// program with a message. Append() copies bytes and allocates nothing once `out` has its size.
// Immutable then: safe from any thread.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/mock_engine/answer_state.h"

namespace monsoon::mock_engine {

class Template {
 public:
  Template() = default;
  // Implicit, so that a dialect is written as a list of texts.
  template <typename Text>
  requires std::convertible_to<Text, std::string_view> Template(
      const Text& text) {  // NOLINT(google-explicit-constructor)
    Compile(text);
  }

  bool empty() const { return ops_.empty(); }

  // It asks for the flag somewhere.
  bool Asks(Flag flag) const;

  // `state` changes in one thing: its <sequence> counts.
  void Append(AnswerState& state, std::string* out) const;
  std::string Render(AnswerState state) const;

 private:
  enum class Kind : uint8_t { kText, kSlot, kIfSet, kIfNotSet, kJump };

  struct Op {
    Kind kind;
    uint8_t code = 0;     // a Slot or a Flag
    uint32_t to = 0;      // where to go on, for conditions and jumps
    bool closed = false;  // of kText: a condition ends behind it, so text to come is another's
    std::string text;     // of kText
  };

  void Compile(std::string_view text);
  // Takes one directive from the front of `text`; false if there is none.
  bool CompileDirective(std::string_view* text, std::vector<size_t>* open);
  void CloseCondition(std::vector<size_t>* open, bool has_else);
  void AddText(char byte);

  std::vector<Op> ops_;
};

}  // namespace monsoon::mock_engine
