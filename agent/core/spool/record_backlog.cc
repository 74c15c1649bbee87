#include "agent/core/spool/record_backlog.h"

#include <utility>

namespace monsoon {
namespace {

int64_t SizeOf(const RecordBacklog::Batch& batch) {
  return batch.bytes == nullptr ? batch.place.size : static_cast<int64_t>(batch.bytes->size());
}

}  // namespace

void RecordBacklog::Add(uint64_t sequence, std::string bytes) {
  const auto size = static_cast<int64_t>(bytes.size());
  memory_bytes_ += size;
  total_bytes_ += size;
  batches_.push_back(
      {.sequence = sequence, .bytes = std::make_shared<const std::string>(std::move(bytes))});
}

void RecordBacklog::Acknowledge(uint64_t sequence) {
  while (!batches_.empty() && batches_.front().sequence <= sequence) {
    const Batch& batch = batches_.front();
    acknowledged_ = batch.sequence;
    total_bytes_ -= SizeOf(batch);
    if (batch.bytes != nullptr) memory_bytes_ -= SizeOf(batch);
    if (spilled_ > 0) --spilled_;
    if (sent_ > 0) --sent_;
    batches_.pop_front();
  }
}

const RecordBacklog::Batch* RecordBacklog::OldestInMemory() const {
  return spilled_ < batches_.size() ? &batches_[spilled_] : nullptr;
}

void RecordBacklog::Spilled(const SpoolPlace& place) {
  Batch& batch = batches_[spilled_++];
  const int64_t size = SizeOf(batch);
  memory_bytes_ -= size;
  total_bytes_ += place.size - size;
  batch.bytes = nullptr;
  batch.place = place;
}

const RecordBacklog::Batch* RecordBacklog::NextToSend() const {
  return sent_ < batches_.size() ? &batches_[sent_] : nullptr;
}

}  // namespace monsoon
