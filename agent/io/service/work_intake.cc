#include "agent/io/service/work_intake.h"

#include <utility>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/model/cache_bust.h"
#include "common/wire/convert_case.h"

namespace monsoon {
namespace {

// Longer than any case; what is computed from it stays in range.
constexpr int64_t kMaxIntendedNs = int64_t{1} << 60;

}  // namespace

absl::Status WorkIntake::Add(const v1::Items& items) {
  for (const v1::Item& proto : items.items()) {
    ASSIGN_OR_RETURN(Item item, FromProto(proto));
    ASSIGN_OR_RETURN(const ItemId id, ItemIdFromBytes(proto.id()));
    RETURN_IF_ERROR(items_.Add(id, std::move(item)));
  }
  return absl::OkStatus();
}

absl::Status WorkIntake::Drop(const v1::DropItems& drop) {
  for (const std::string& bytes : drop.ids()) {
    ASSIGN_OR_RETURN(const ItemId id, ItemIdFromBytes(bytes));
    items_.Drop(id);
  }
  return absl::OkStatus();
}

absl::Status WorkIntake::Queue(const v1::Work& work, CaseRunner& runner) const {
  for (const v1::WorkEntry& entry : work.entries()) {
    ASSIGN_OR_RETURN(std::unique_ptr<PreparedRequest> request, Prepare(entry, runner));
    RETURN_IF_ERROR(runner.AddWork(std::move(request)));
  }
  runner.WorkAdded();
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<PreparedRequest>> WorkIntake::Prepare(
    const v1::WorkEntry& entry, const CaseRunner& runner) const {
  ASSIGN_OR_RETURN(const ItemId id, ItemIdFromBytes(entry.item_id()));
  const Item* item = items_.Find(id);
  if (item == nullptr) {
    return absl::FailedPreconditionError(StrCat("request ", entry.request_index(), " names item ",
                                                ItemIdHex(id), ", which this agent was not given"));
  }
  const AgentCase& agent_case = runner.agent_case();
  if (entry.has_intended_ns() != agent_case.open_loop.has_value()) {
    return absl::InvalidArgumentError(StrCat("request ", entry.request_index(),
                                             entry.has_intended_ns()
                                                 ? " has an intended time in a closed loop"
                                                 : " has no intended time in an open loop",
                                             "; the two programs disagree about the case"));
  }
  if (entry.intended_ns() < 0 || entry.intended_ns() > kMaxIntendedNs) {
    return absl::InvalidArgumentError(StrCat("request ", entry.request_index(), " is due ",
                                             entry.intended_ns(),
                                             " ns after the case's start, which makes no sense"));
  }
  auto request = std::make_unique<PreparedRequest>();
  if (entry.has_intended_ns()) request->intended_ns = entry.intended_ns();
  request->request_index = entry.request_index();
  request->phase = entry.warmup() ? Phase::kWarmup : Phase::kMeasure;
  request->request_id = RequestIdFor(run_id_, agent_case.case_index, entry.request_index());
  std::string prefix;
  if (agent_case.cache_bust) {
    prefix = CacheBustPrefix(run_id_, agent_case.case_index, entry.request_index());
  }
  ASSIGN_OR_RETURN(request->body, runner.adapter().BuildBody(*item, prefix));
  return request;
}

}  // namespace monsoon
