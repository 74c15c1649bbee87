// ItemShape: what of an item decides whether a route can take it, known as soon as its entry was
// read. Plain values.
#pragma once

#include <cstdint>
#include <string>

#include "common/model/item.h"

namespace monsoon {

// Members of a whole request body, each with something in it.
enum BodyMember : uint8_t {
  kBodyMessages = 1 << 0,       // "messages": a list
  kBodyInput = 1 << 1,          // "input": a text or a list
  kBodyInputMessages = 1 << 2,  // "input": {"messages": a list}
  kBodyQuery = 1 << 3,
  kBodyDocuments = 1 << 4,
  kBodyTexts = 1 << 5,
};

struct ItemShape {
  ItemKind kind = ItemKind::kPrompt;
  // Of chat messages: not just a user's turn, with a system's before it at most; ...
  bool several_turns = false;
  bool not_only_text = false;  // ... with an image, say
  uint8_t body_members = 0;    // of a body: a sum of BodyMember

  friend bool operator==(const ItemShape&, const ItemShape&) = default;
};

// A shape that a dataset has, and its first entry of it.
struct SeenShape {
  ItemShape shape;
  std::string where;  // "file:line:column"; without the column where that is not known any more
};

}  // namespace monsoon
