// SimAgent: what becomes of its records.
#include <utility>

#include "tests/simulation/sim_agent.h"

namespace monsoon {
namespace {

using Side = SimConnection::Side;

}  // namespace

void SimAgent::Keep(const std::optional<SequencedBatch>& batch) {
  if (!batch) return;
  session_->batches[batch->sequence] = {batch->case_index, batch->sequence, batch->records};
  session_->backlog.Add(batch->sequence, std::string(batch->records.size(), 'r'));
  SendBatches();
  const auto spooled = spool_.find({instance_, session_->epoch});
  if (spooled != spool_.end()) spooled->second.batches = session_->batches;
}

void SimAgent::SendBatches() {
  if (session_->data == nullptr) return;
  while (const RecordBacklog::Batch* next = session_->backlog.NextToSend()) {
    const uint64_t sequence = next->sequence;
    session_->data->Send(Side::kAgent, {session_->batches[sequence]});
    session_->backlog.Sent();
    if (flaws_.forgets_batches) session_->backlog.Acknowledge(sequence);
  }
}

void SimAgent::EndCase() {
  CaseDoneEvent done;
  done.case_index = session_->load->index();
  done.last_sequence = session_->batcher.last_sequence();
  if (session_->load->gave_up()) done.gave_up = "nothing was heard from the controller";
  session_->load.reset();
  session_->dones.push_back(done);
  Say({done});
  if (spool_.contains({instance_, session_->epoch})) ToSpool();
}

void SimAgent::ToSpool() {
  SimSpooled& spooled = spool_[{instance_, session_->epoch}];
  spooled = {session_->run_id, instance_, session_->epoch, session_->batches, session_->dones};
}

SimAgent::CollectAnswer SimAgent::Collect(const std::string& run_id,
                                          std::vector<SimSpooled>* found) {
  if (session_) registry_->Observe(session_->lease_until_ns, session_->control != nullptr);
  const auto verdict = registry_->Collect(run_id, now_ns());
  if (verdict.answer != SessionRegistry::Answer::kNotHeld) return CollectAnswer::kLater;
  if (session_ && session_->run_id == run_id) {
    // The lease has run out; what the case still has to say is said at its next turn.
    if (session_->load) return CollectAnswer::kLater;
    ToSpool();
    LetGo();
    session_.reset();
  }
  for (const auto& [id, spooled] : spool_) {
    if (spooled.run_id == run_id) found->push_back(spooled);
  }
  return found->empty() ? CollectAnswer::kNothing : CollectAnswer::kHere;
}

}  // namespace monsoon
