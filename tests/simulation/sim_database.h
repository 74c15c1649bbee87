// SimDatabase: what a run leaves: which batches were stored, and the one row of every request. It
// survives its controller.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "common/base/str_cat.h"
#include "common/model/request_record.h"
#include "controller/core/run/agent_link.h"
#include "tests/simulation/sim_flaws.h"

namespace monsoon {

class SimDatabase {
 public:
  struct Row {
    RequestStatus status;
    bool reported;  // by an agent; else the controller wrote it down
    std::string instance;
  };
  using Key = std::pair<int32_t, uint64_t>;  // case, request

  explicit SimDatabase(const SimFlaws& flaws) : flaws_(flaws) {}

  // A batch of one session; one that was stored before is left alone.
  void Store(const std::string& instance, uint64_t epoch, const RecordsEvent& batch) {
    const bool known = !batches_.insert({instance, epoch, batch.sequence}).second;
    if (known && !flaws_.stores_batches_twice) return;
    for (const RequestRecord& record : batch.records) {
      Row& row = rows_.try_emplace({batch.case_index, record.request_index}).first->second;
      // What was taken back from an agent before the start, it reports as not sent, and who was
      // given it instead reports what came of it.
      if (row.reported && record.status == RequestStatus::kNotSent) continue;
      if (row.reported && row.status != RequestStatus::kNotSent) {
        problems_.push_back(StrCat("case ", batch.case_index, " request ", record.request_index,
                                   ": a second record, from ", instance));
      }
      row = {record.status, true, instance};
    }
  }
  // The controller's own word on a request that nobody reported.
  void WriteDown(int32_t case_index, uint64_t request_index, RequestStatus status,
                 const std::string& instance) {
    const auto [row, fresh] =
        rows_.try_emplace({case_index, request_index}, Row{status, false, instance});
    if (!fresh && !row->second.reported) {
      problems_.push_back(StrCat("case ", case_index, " request ", request_index,
                                 ": the controller accounts for it twice"));
    }
  }

  // Committed before a request is handed out: none from `below` on was (HandedMark).
  void MarkHanded(int32_t case_index, uint64_t below) {
    handed_[case_index] = std::max(handed_[case_index], below);
  }
  uint64_t handed(int32_t case_index) const {
    const auto mark = handed_.find(case_index);
    return mark == handed_.end() ? 0 : mark->second;
  }

  const std::map<Key, Row>& rows() const { return rows_; }
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  const SimFlaws& flaws_;
  std::set<std::tuple<std::string, uint64_t, uint64_t>> batches_;
  std::map<Key, Row> rows_;
  std::map<int32_t, uint64_t> handed_;
  std::vector<std::string> problems_;
};

}  // namespace monsoon
