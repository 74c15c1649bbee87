#include "agent/core/session/record_batcher.h"

#include <utility>

namespace monsoon {
namespace {

// Fixed fields of a record on the wire, roughly.
constexpr int64_t kRecordBaseBytes = 120;

int64_t EstimateBytes(const RequestRecord& record) {
  const AnswerText& answer = record.answer;
  return kRecordBaseBytes + static_cast<int64_t>(record.gaps.size() + record.error_message.size() +
                                                 record.finish_reason.size() + answer.text.size() +
                                                 answer.runs.size() * sizeof(TextRun));
}

}  // namespace

std::optional<SequencedBatch> RecordBatcher::Add(int32_t case_index, RequestRecord record) {
  open_.case_index = case_index;
  open_.size_bytes += EstimateBytes(record);
  open_.records.push_back(std::move(record));
  return open_.size_bytes >= batch_bytes_ ? Flush() : std::nullopt;
}

std::optional<SequencedBatch> RecordBatcher::Flush() {
  if (open_.records.empty()) return std::nullopt;
  open_.sequence = next_sequence_++;
  return std::exchange(open_, SequencedBatch{});
}

}  // namespace monsoon
