#include "agent/io/service/record_outlet.h"

#include <utility>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/wire/convert_record.h"
#include "common/wire/protocol.h"

namespace monsoon {

RecordOutlet::RecordOutlet(int64_t memory_bytes, std::unique_ptr<SessionSpool> spool)
    : memory_bytes_(memory_bytes), spool_(std::move(spool)), batcher_(kBatchBytes) {}

uint64_t RecordOutlet::Attach() {
  absl::MutexLock lock(&mutex_);
  backlog_.Rewind();
  pass_ = ++passes_;
  return pass_;
}

void RecordOutlet::Detach(uint64_t pass) {
  absl::MutexLock lock(&mutex_);
  if (pass_ == pass) pass_ = 0;
}

absl::StatusOr<std::optional<v1::DataResponse>> RecordOutlet::Next(uint64_t pass) {
  for (;;) {
    RecordBacklog::Batch batch;
    {
      absl::MutexLock lock(&mutex_);
      const auto due = [this, pass]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return pass_ != pass || backlog_.NextToSend() != nullptr;
      };
      mutex_.Await(absl::Condition(&due));
      if (pass_ != pass) return std::nullopt;
      batch = *backlog_.NextToSend();
      backlog_.Sent();
    }
    if (batch.bytes == nullptr) {
      absl::StatusOr<std::string> bytes = spool_->Read(batch.place);
      if (!bytes.ok()) {
        absl::MutexLock lock(&mutex_);
        if (backlog_.acknowledged() >= batch.sequence) continue;  // it was not needed any more
        return bytes.status();
      }
      batch.bytes = std::make_shared<const std::string>(*std::move(bytes));
    }
    v1::DataResponse response;
    response.mutable_record_batch()->ParseFromString(*batch.bytes);
    return response;
  }
}

void RecordOutlet::Add(int32_t case_index, RequestRecord record) {
  absl::MutexLock lock(&mutex_);
  Keep(batcher_.Add(case_index, std::move(record)));
}

void RecordOutlet::Flush() {
  absl::MutexLock lock(&mutex_);
  Keep(batcher_.Flush());
}

void RecordOutlet::EndCase(v1::CaseDone* done) {
  absl::MutexLock lock(&mutex_);
  Keep(batcher_.Flush());
  done->set_last_sequence(batcher_.last_sequence());
  case_ends_.push_back({batcher_.last_sequence(), done->SerializeAsString()});
}

bool RecordOutlet::Acknowledge(uint64_t sequence) {
  absl::MutexLock lock(&mutex_);
  if (sequence > batcher_.last_sequence()) return false;
  backlog_.Acknowledge(sequence);
  spool_->Acknowledge(sequence);
  if (backlog_.memory_bytes() <= memory_bytes_) trouble_.clear();
  return true;
}

RecordOutlet::Waiting RecordOutlet::waiting() const {
  absl::MutexLock lock(&mutex_);
  const int64_t bytes = backlog_.total_bytes();
  return {.bytes = bytes, .spilled_bytes = bytes - backlog_.memory_bytes()};
}

bool RecordOutlet::delivered() const {
  absl::MutexLock lock(&mutex_);
  return backlog_.empty();
}

void RecordOutlet::AwaitDelivered(absl::Duration patience) const {
  absl::MutexLock lock(&mutex_);
  const auto done = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return backlog_.empty() || pass_ == 0;
  };
  mutex_.AwaitWithTimeout(absl::Condition(&done), patience);
}

std::string RecordOutlet::trouble() const {
  absl::MutexLock lock(&mutex_);
  return trouble_;
}

void RecordOutlet::Keep(const std::optional<SequencedBatch>& batch) {
  if (!batch) return;
  v1::RecordBatch proto;
  proto.set_case_index(batch->case_index);
  proto.set_sequence(batch->sequence);
  for (const RequestRecord& record : batch->records) ToProto(record, proto.add_records());
  backlog_.Add(batch->sequence, proto.SerializeAsString());
  const absl::Status spilled = SpillTo(memory_bytes_);
  trouble_ = spilled.ok() ? ""
                          : StrCat(
                                "the controller does not take the records, and there is no more "
                                "room for them: ",
                                ToStd(spilled.message()));
}

absl::Status RecordOutlet::SpillTo(int64_t memory_bytes) {
  while (backlog_.memory_bytes() > memory_bytes) {
    RETURN_IF_ERROR(spool_->NoteAcknowledged(backlog_.acknowledged()));
    const RecordBacklog::Batch& oldest = *backlog_.OldestInMemory();
    ASSIGN_OR_RETURN(const SpoolPlace place, spool_->AppendBatch(oldest.sequence, *oldest.bytes));
    backlog_.Spilled(place);
  }
  return absl::OkStatus();
}

absl::Status RecordOutlet::SpillAll() {
  absl::MutexLock lock(&mutex_);
  return SpillAllLocked();
}

absl::Status RecordOutlet::SpillAllLocked() {
  Keep(batcher_.Flush());
  if (backlog_.memory_bytes() == 0 && case_ends_spilled_ == case_ends_.size()) {
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(SpillTo(0));
  RETURN_IF_ERROR(spool_->NoteAcknowledged(backlog_.acknowledged()));
  for (; case_ends_spilled_ < case_ends_.size(); ++case_ends_spilled_) {
    const CaseEnd& end = case_ends_[case_ends_spilled_];
    RETURN_IF_ERROR(spool_->AppendCaseDone(end.last_sequence, end.bytes));
  }
  return spool_->Sync();
}

absl::Status RecordOutlet::Conclude(bool in_good_order) {
  absl::MutexLock lock(&mutex_);
  Keep(batcher_.Flush());
  if (backlog_.empty() && (in_good_order || case_ends_.empty())) {
    spool_->Remove();
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(SpillAllLocked());
  spool_->Release();
  return absl::OkStatus();
}

}  // namespace monsoon
