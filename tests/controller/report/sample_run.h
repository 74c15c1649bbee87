// A fixed run of three cases for golden files and for looking at: VALID, FAILED (401 to everything)
// and INCOMPLETE (an agent was lost). Every number follows from integer arithmetic over the
// request's index, so that it is the same on every machine.
#pragma once

#include <string>
#include <vector>

#include "common/model/request_record.h"
#include "controller/core/report/case_report.h"

namespace monsoon {

struct SampleCase {
  CaseFacts facts;
  std::vector<RequestRecord> records;
};
struct SampleRun {
  RunFacts run;
  std::vector<SampleCase> cases;
};

SampleRun MakeSampleRun();
// Three open-loop cases: constant with a duration that two answers outlive (VALID), Poisson, of
// which a tenth found too many in flight (INVALID), and an interrupted one (INCOMPLETE).
SampleRun MakeOpenLoopRun();
// What CaseAccumulator makes of a run.
// Whose record it is: the case's agents take turns.
std::string SampleAgentOf(const CaseFacts& facts, const RequestRecord& record);

RunReport SampleReport(const SampleRun& sample = MakeSampleRun());

// A record of a streamed answer: dispatched at `start_ns`, first token `ttft_ns` later, then
// `tokens` - 1 further ones `gap_ns` apart, one to an event; 100 input tokens.
RequestRecord StreamedRecord(uint64_t index, int64_t start_ns, int64_t ttft_ns, int64_t gap_ns,
                             int64_t tokens);

}  // namespace monsoon
