// Runs an EntrySplitter over a text cut into given pieces and keeps what it found. For tests.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

#include "controller/core/dataset/entry_splitter.h"

namespace monsoon {

struct SplitEntry {
  int64_t offset = 0;
  int64_t line = 0;
  int64_t column = 0;
  std::string text;

  friend bool operator==(const SplitEntry&, const SplitEntry&) = default;
  friend std::ostream& operator<<(std::ostream& out, const SplitEntry& entry) {
    return out << "{" << entry.offset << ", " << entry.line << ":" << entry.column << ", "
               << entry.text << "}";
  }
};

struct SplitResult {
  std::vector<SplitEntry> entries;
  std::string error;  // "" when all went well

  friend bool operator==(const SplitResult&, const SplitResult&) = default;
};

// `pieces` in this order, then Finish(). After `wanted` entries the sink asks to stop.
template <typename Splitter>
SplitResult SplitPieces(Splitter splitter, const std::vector<std::string>& pieces,
                        size_t wanted = SIZE_MAX) {
  SplitResult result;
  const auto sink = [&](const RawEntry& raw) {
    result.entries.push_back({raw.offset, raw.at.line, raw.at.column, std::string(raw.text)});
    return result.entries.size() < wanted;
  };
  absl::Status status;
  for (const std::string& piece : pieces) {
    // A copy on the heap, exactly as long: the address sanitizer sees any read past its end.
    const std::vector<char> bytes(piece.begin(), piece.end());
    status = splitter.Feed({bytes.data(), bytes.size()}, sink);
    if (!status.ok()) {
      break;
    }
  }
  if (status.ok()) {
    status = splitter.Finish(sink);
  }
  result.error = std::string(status.message());
  return result;
}

// The ways to cut `text` that a test of an incremental reader must survive: in two at every byte,
// and into single bytes.
inline std::vector<std::vector<std::string>> AllCuts(const std::string& text) {
  std::vector<std::vector<std::string>> cuts;
  for (size_t i = 0; i <= text.size(); ++i) {
    cuts.push_back({text.substr(0, i), text.substr(i)});
  }
  std::vector<std::string> bytes;
  for (const char c : text) {
    bytes.emplace_back(1, c);
  }
  cuts.push_back(bytes);
  return cuts;
}

}  // namespace monsoon
