#include "controller/io/run/record_keeper.h"

#include "common/base/str_cat.h"

namespace monsoon {

std::string RecordKeeper::RequestIdPrefix(int32_t case_index) const {
  return StrCat(run_id_, ".", case_index, ".");
}

absl::Status RecordKeeper::Keep(const AgentInfo& agent, const RecordsEvent& batch, bool collected) {
  const BatchId id{.agent = agent.name,
                   .epoch = agent.epoch,
                   .sequence = batch.sequence,
                   .instance_id = agent.instance_id,
                   .collected = collected};
  return db_.AppendRecords(id, batch.case_index, RequestIdPrefix(batch.case_index),
                           StartOf(batch.case_index), batch.records);
}

}  // namespace monsoon
