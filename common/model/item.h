// Item: one piece of a dataset, as it travels from the controller to the agents. Items are
// addressed by their content, sent to an agent once, and cached there; a work item only names one.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace monsoon {

// The XXH3-128 hash of kind and content, big endian. Equal ids mean equal items.
struct ItemId {
  std::array<uint8_t, 16> bytes{};

  friend bool operator==(const ItemId&, const ItemId&) = default;
  friend bool operator<(const ItemId& a, const ItemId& b) { return a.bytes < b.bytes; }
  template <typename H>
  friend H AbslHashValue(H h, const ItemId& id) {
    return H::combine(std::move(h), id.bytes);
  }
};

enum class ItemKind : uint8_t {
  kPrompt = 0,  // plain text: becomes one user message
  kMessages,    // a JSON array of chat messages
  kBody,        // a JSON object: the whole request body
};

struct Item {
  ItemKind kind = ItemKind::kPrompt;
  std::string content;  // UTF-8
};

ItemId ComputeItemId(ItemKind kind, std::string_view content);
std::string ItemIdHex(const ItemId& id);

// Number of Unicode code points in `text` (bytes that are not UTF-8 continuation bytes).
// "Characters" in scenarios and reports means this.
int64_t CountCharacters(std::string_view text);

}  // namespace monsoon
