#include "agent/io/service/record_outlet.h"

#include <utility>

#include "common/wire/convert_record.h"
#include "common/wire/protocol.h"

namespace monsoon {

RecordOutlet::RecordOutlet() : batcher_(kBatchBytes) {}

absl::Status RecordOutlet::Attach(DataOutbox* out) {
  absl::MutexLock lock(&mutex_);
  if (out_ != nullptr) {
    return absl::FailedPreconditionError("this run has a Data stream already");
  }
  out_ = out;
  v1::DataResponse response;
  response.mutable_attached();
  out_->Push(std::move(response));
  for (const auto& batch : batcher_.unacknowledged()) Send(batch);
  return absl::OkStatus();
}

void RecordOutlet::Detach() {
  absl::MutexLock lock(&mutex_);
  out_ = nullptr;
}

void RecordOutlet::Add(int32_t case_index, RequestRecord record) {
  absl::MutexLock lock(&mutex_);
  Send(batcher_.Add(case_index, std::move(record)));
}

void RecordOutlet::Flush() {
  absl::MutexLock lock(&mutex_);
  Send(batcher_.Flush());
}

void RecordOutlet::Acknowledge(uint64_t sequence) {
  absl::MutexLock lock(&mutex_);
  batcher_.Acknowledge(sequence);
}

uint64_t RecordOutlet::last_sequence() const {
  absl::MutexLock lock(&mutex_);
  return batcher_.last_sequence();
}

int64_t RecordOutlet::unacknowledged_bytes() const {
  absl::MutexLock lock(&mutex_);
  return batcher_.unacknowledged_bytes();
}

void RecordOutlet::Send(const std::shared_ptr<const SequencedBatch>& batch) {
  if (batch == nullptr || out_ == nullptr) return;
  v1::DataResponse response;
  v1::RecordBatch* proto = response.mutable_record_batch();
  proto->set_case_index(batch->case_index);
  proto->set_sequence(batch->sequence);
  for (const RequestRecord& record : batch->records) ToProto(record, proto->add_records());
  out_->Push(std::move(response));
}

}  // namespace monsoon
