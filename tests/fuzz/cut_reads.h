// Cuts fuzz input into reads, as a network might: sizes come from a generator seeded by the input's
// own first bytes, so that the fuzzer can steer them.
#pragma once

#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

namespace monsoon {

// `style` 0: byte by byte; else reads of 0 to `style` bytes.
inline std::vector<std::string_view> CutReads(std::string_view bytes, uint8_t style) {
  std::minstd_rand random(style + 1u);
  std::vector<std::string_view> reads;
  while (!bytes.empty()) {
    reads.push_back(bytes.substr(0, style == 0 ? 1 : random() % (style + 1u)));
    bytes.remove_prefix(reads.back().size());
  }
  return reads;
}

}  // namespace monsoon
