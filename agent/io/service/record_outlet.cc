#include "agent/io/service/record_outlet.h"

#include <memory>
#include <utility>

#include "common/wire/convert_record.h"
#include "common/wire/protocol.h"

namespace monsoon {

RecordOutlet::RecordOutlet() : batcher_(kBatchBytes) {}

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

std::optional<v1::DataResponse> RecordOutlet::Next(uint64_t pass) {
  std::shared_ptr<const std::string> bytes;
  {
    absl::MutexLock lock(&mutex_);
    const auto due = [this, pass]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return pass_ != pass || backlog_.NextToSend() != nullptr;
    };
    mutex_.Await(absl::Condition(&due));
    if (pass_ != pass) return std::nullopt;
    bytes = backlog_.NextToSend()->bytes;
    backlog_.Sent();
  }
  v1::DataResponse response;
  response.mutable_record_batch()->ParseFromString(*bytes);
  return response;
}

void RecordOutlet::Add(int32_t case_index, RequestRecord record) {
  absl::MutexLock lock(&mutex_);
  Keep(batcher_.Add(case_index, std::move(record)));
}

void RecordOutlet::Flush() {
  absl::MutexLock lock(&mutex_);
  Keep(batcher_.Flush());
}

void RecordOutlet::Acknowledge(uint64_t sequence) {
  absl::MutexLock lock(&mutex_);
  backlog_.Acknowledge(sequence);
}

uint64_t RecordOutlet::last_sequence() const {
  absl::MutexLock lock(&mutex_);
  return batcher_.last_sequence();
}

int64_t RecordOutlet::unacknowledged_bytes() const {
  absl::MutexLock lock(&mutex_);
  return backlog_.total_bytes();
}

void RecordOutlet::Keep(const std::optional<SequencedBatch>& batch) {
  if (!batch) return;
  v1::RecordBatch proto;
  proto.set_case_index(batch->case_index);
  proto.set_sequence(batch->sequence);
  for (const RequestRecord& record : batch->records) ToProto(record, proto.add_records());
  backlog_.Add(batch->sequence, proto.SerializeAsString());
}

}  // namespace monsoon
