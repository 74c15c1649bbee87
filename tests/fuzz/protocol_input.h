// How a fuzzer's bytes become a conversation: [kind][length, two bytes, low first][message]...,
// each message in protobuf's own encoding, cut where the input ends.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace monsoon {

inline std::vector<std::pair<uint8_t, std::string_view>> SplitMessages(std::string_view input,
                                                                       size_t most) {
  constexpr size_t kHead = 3;
  std::vector<std::pair<uint8_t, std::string_view>> messages;
  while (input.size() >= kHead && messages.size() < most) {
    const auto byte = [&input](size_t i) { return static_cast<uint8_t>(input[i]); };
    const size_t size = std::min<size_t>(byte(1) | byte(2) << 8, input.size() - kHead);
    messages.emplace_back(byte(0), input.substr(kHead, size));
    input.remove_prefix(kHead + size);
  }
  return messages;
}

}  // namespace monsoon
