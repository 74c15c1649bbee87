#include "common/model/item.h"

#include <xxhash.h>

#include <algorithm>

#include "absl/strings/escaping.h"

namespace monsoon {

ItemId ComputeItemId(ItemKind kind, std::string_view content, int64_t output_tokens) {
  const uint64_t seed = static_cast<uint64_t>(kind) | static_cast<uint64_t>(output_tokens) << 8;
  const XXH128_hash_t hash = XXH3_128bits_withSeed(content.data(), content.size(), seed);
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  ItemId id;
  std::copy(std::begin(canonical.digest), std::end(canonical.digest), id.bytes.begin());
  return id;
}

std::string ItemIdHex(const ItemId& id) {
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()));
}

int64_t CountCharacters(std::string_view text) {
  // Every byte except a continuation byte (10xxxxxx) starts a character.
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; });
}

}  // namespace monsoon
