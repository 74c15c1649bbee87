#include "agent/core/engine/answer_keeper.h"

#include <algorithm>

namespace monsoon {
namespace {

// Thousands of slots keep their buffers; none keeps more than this from one answer to the next.
constexpr size_t kKeptBytes = 64 * 1024;
constexpr size_t kKeptRuns = 1024;

// The first `bytes` of an answer.
void Cut(const std::string& text, const std::vector<TextRun>& runs, int64_t bytes,
         AnswerText& out) {
  out.text.assign(text, 0, static_cast<size_t>(bytes));
  out.runs.clear();
  for (const TextRun& run : runs) {
    if (bytes == 0) break;
    out.runs.push_back({run.channel, std::min(run.bytes, bytes)});
    bytes -= out.runs.back().bytes;
  }
}

}  // namespace

void AnswerKeeper::Clear() {
  text_.clear();
  runs_.clear();
  if (text_.capacity() > kKeptBytes) text_.shrink_to_fit();
  if (runs_.capacity() > kKeptRuns) runs_.shrink_to_fit();
  first_event_bytes_ = 0;
  too_long_ = false;
}

void AnswerKeeper::Append(TextChannel channel, std::string_view text) {
  if (static_cast<int64_t>(text_.size() + text.size()) > kMaxAnswerTextBytes) too_long_ = true;
  if (too_long_) return;
  text_.append(text);
  const auto bytes = static_cast<int64_t>(text.size());
  if (!runs_.empty() && runs_.back().channel == channel) {
    runs_.back().bytes += bytes;
  } else {
    runs_.push_back({channel, bytes});
  }
}

void AnswerKeeper::Settle(RequestRecord& record) const {
  const bool counted = record.token_source == TokenSource::kUsage;
  const bool whole = keep_ == KeepText::kAll || (keep_ == KeepText::kWhereUncounted && !counted);
  const bool streamed = !record.has_flag(kFlagNotStreamed);
  AnswerText& answer = record.answer;
  answer = AnswerText();
  if (keep_ == KeepText::kNone || (text_.empty() && !too_long_)) return;
  answer.first_event_bytes = streamed ? first_event_bytes_ : 0;
  if (whole && !too_long_) {
    answer.text = text_;
    answer.runs = runs_;
    return;
  }
  if (whole) record.flags |= kFlagTextTooLong;
  const bool first_event_wanted = whole || record.has_flag(kFlagFirstChunkAssumed);
  if (!first_event_wanted) answer.first_event_bytes = 0;
  Cut(text_, runs_, answer.first_event_bytes, answer);
}

}  // namespace monsoon
