// AnswerText: what an engine answered, word for word, as far as it is wanted.
//
// A plain value. An agent fills it where the case asks for it (KeepText in agent_case.h). The
// controller counts it, and then drops it or, with `keep_answers`, stores it in run.db.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace monsoon {

enum class TextChannel : uint8_t { kContent = 0, kReasoning, kRefusal, kTool };

constexpr std::string_view TextChannelName(TextChannel channel) {
  constexpr std::string_view kNames[] = {"content", "reasoning", "refusal", "tool"};
  return kNames[static_cast<int>(channel)];
}

// So many bytes of one channel in a row. An engine separates channels by special tokens that it
// does not show, so each run is counted by itself.
struct TextRun {
  TextChannel channel = TextChannel::kContent;
  int64_t bytes = 0;

  friend bool operator==(const TextRun&, const TextRun&) = default;
};

struct AnswerText {
  std::string text;           // of all channels, in the order in which it came
  std::vector<TextRun> runs;  // of `text`, in order; their bytes add up to its size
  // Bytes of `text` that the first token-bearing event brought; 0: the answer was not streamed.
  int64_t first_event_bytes = 0;

  bool empty() const { return text.empty(); }

  friend bool operator==(const AnswerText&, const AnswerText&) = default;
};

// A longer answer is not kept: its tokens cannot be counted nor its text stored (kFlagTextTooLong).
inline constexpr int64_t kMaxAnswerTextBytes = 4 << 20;

}  // namespace monsoon
