// Item: one piece of a dataset, as it travels from the controller to the agents. Items are
// addressed by their content, sent to an agent once, and cached there; a work item only names one.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace monsoon {

// The XXH3-128 hash of the content, big endian; kind and output length are its seed. Equal ids mean
// equal items.
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
  kTexts,       // a JSON array of strings: the input of one embeddings request
  kRerank,      // a JSON object {"query": string, "documents": [string, ...]}
};

struct Item {
  ItemKind kind = ItemKind::kPrompt;
  std::string content;  // UTF-8
  // Tokens that this request's answer is to have, exactly where the engine can be told so: its own
  // max_tokens (and min_tokens). 0: the case's max_tokens.
  int64_t output_tokens = 0;

  friend bool operator==(const Item&, const Item&) = default;
};

// REQUIRES: 0 <= output_tokens < 2^56.
ItemId ComputeItemId(ItemKind kind, std::string_view content, int64_t output_tokens = 0);
inline ItemId ComputeItemId(const Item& item) {
  return ComputeItemId(item.kind, item.content, item.output_tokens);
}
std::string ItemIdHex(const ItemId& id);

// Number of Unicode code points in `text` (bytes that are not UTF-8 continuation bytes).
// "Characters" in scenarios and reports means this.
int64_t CountCharacters(std::string_view text);

}  // namespace monsoon
