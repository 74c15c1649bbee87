#include "tests/mock_engine/template.h"

#include <cstdio>
#include <cstdlib>
#include <optional>

#include "common/base/str_cat.h"
#include "tests/mock_engine/slots.h"

namespace monsoon::mock_engine {
namespace {

[[noreturn]] void Die(std::string_view what, std::string_view text) {
  std::fputs(
      StrCat("mock_engine: a dialect's template is wrong: ", what, " in ", text, "\n").c_str(),
      stderr);
  std::abort();
}

bool IsNameByte(char byte) { return (byte >= 'a' && byte <= 'z') || byte == '_'; }

// The name that begins `text` and ends with '>'; "" if there is none.
std::string_view NameBefore(std::string_view text) {
  size_t bytes = 0;
  while (bytes < text.size() && IsNameByte(text[bytes])) ++bytes;
  return bytes < text.size() && text[bytes] == '>' ? text.substr(0, bytes) : std::string_view();
}

}  // namespace

void Template::Compile(std::string_view text) {
  const std::string_view whole = text;
  std::vector<size_t> open;  // conditions and jumps whose end is not known yet
  while (!text.empty()) {
    if (text.front() == '<' && CompileDirective(&text, &open)) continue;
    AddText(text.front());
    text.remove_prefix(1);
  }
  if (!open.empty()) Die("a condition without </>", whole);
}

void Template::AddText(char byte) {
  if (ops_.empty() || ops_.back().kind != Kind::kText || ops_.back().closed) {
    ops_.push_back({.kind = Kind::kText});
  }
  ops_.back().text.push_back(byte);
}

bool Template::CompileDirective(std::string_view* text, std::vector<size_t>* open) {
  if (text->starts_with("<:>") || text->starts_with("</>")) {
    if (open->empty()) Die("an end without a condition", *text);
    CloseCondition(open, (*text)[1] == ':');
    text->remove_prefix(3);
    return true;
  }
  const bool is_condition = text->starts_with("<?") || text->starts_with("<!");
  const std::string_view name = NameBefore(text->substr(is_condition ? 2 : 1));
  if (name.empty()) return false;
  if (is_condition) {
    const std::optional<Flag> flag = FindFlag(name);
    if (!flag.has_value()) Die("an unknown flag", *text);
    open->push_back(ops_.size());
    ops_.push_back({.kind = (*text)[1] == '?' ? Kind::kIfSet : Kind::kIfNotSet,
                    .code = static_cast<uint8_t>(*flag)});
  } else {
    const std::optional<Slot> slot = FindSlot(name);
    if (!slot.has_value()) Die("an unknown slot", *text);
    ops_.push_back({.kind = Kind::kSlot, .code = static_cast<uint8_t>(*slot)});
  }
  text->remove_prefix(name.size() + (is_condition ? 3 : 2));
  return true;
}

void Template::CloseCondition(std::vector<size_t>* open, bool has_else) {
  const size_t condition = open->back();
  open->pop_back();
  if (has_else) {
    open->push_back(ops_.size());
    ops_.push_back({.kind = Kind::kJump});
  } else {
    ops_.back().closed = true;
  }
  ops_[condition].to = static_cast<uint32_t>(ops_.size());
}

bool Template::Asks(Flag flag) const {
  for (const Op& op : ops_) {
    const bool condition = op.kind == Kind::kIfSet || op.kind == Kind::kIfNotSet;
    if (condition && op.code == static_cast<uint8_t>(flag)) return true;
  }
  return false;
}

void Template::Append(AnswerState& state, std::string* out) const {
  for (size_t at = 0; at < ops_.size();) {
    const Op& op = ops_[at++];
    switch (op.kind) {
      case Kind::kText:
        out->append(op.text);
        break;
      case Kind::kSlot:
        AppendSlot(static_cast<Slot>(op.code), state, out);
        break;
      case Kind::kIfSet:
        if (!state.has(static_cast<Flag>(op.code))) at = op.to;
        break;
      case Kind::kIfNotSet:
        if (state.has(static_cast<Flag>(op.code))) at = op.to;
        break;
      case Kind::kJump:
        at = op.to;
        break;
    }
  }
}

std::string Template::Render(AnswerState state) const {
  std::string out;
  Append(state, &out);
  return out;
}

}  // namespace monsoon::mock_engine
