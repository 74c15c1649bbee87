// PointerTree: many JSON pointers as one tree, so that one walk over an event finds all that they
// point to, each member looked at once. Immutable once built; any thread.
//
// Where one array has both an index and *, the index's node has all that stands below * as well, so
// that one node, the index's where there is one, says all of an element.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace monsoon {

// What stands at a place of an answer.
enum class Role : uint8_t {
  kText,
  kReasoning,
  kTool,             // name or arguments of a tool call
  kHidden,           // true: the event's text is not part of the answer
  kFinish,           // a word, or an object {"type": word}
  kInputTokens,      // a number
  kOutputTokens,     // a number: so far, or in the end
  kCachedTokens,     // a number
  kReasoningTokens,  // a number
  kEventTokens,      // a number: of this event alone
  kTokenMark,        // anything but null: this event is one token
  kTokenList,        // an array with an element for each token
  kDone,             // anything but null and false: this event is the last
  kError             // anything but null, false, 0, "", {} and []: the request has failed
};

struct PointerRow {
  Role role;
  std::string_view pointer;  // "" is passed over
};

class PointerTree {
 public:
  struct Node {
    std::string key;     // of the member that leads here
    int64_t index = -1;  // where the key is a number: of the element
    bool any = false;    // the key is *: every element
    uint32_t roles = 0;  // bit 1 << Role, of what points exactly here
    std::vector<Node> children;

    bool Has(Role role) const { return (roles >> static_cast<unsigned>(role) & 1) != 0; }
    bool LeadsToElements() const;
    // nullptr: nothing points to or into that element.
    const Node* ChildFor(int64_t element) const;
  };

  // INVALID_ARGUMENT naming the pointer that is none.
  static absl::StatusOr<PointerTree> Build(std::span<const PointerRow> rows);

  const Node& root() const { return root_; }
  // True when something points there at all.
  bool Has(Role role) const { return (all_roles_ >> static_cast<unsigned>(role) & 1) != 0; }

 private:
  Node root_;
  uint32_t all_roles_ = 0;
};

}  // namespace monsoon
