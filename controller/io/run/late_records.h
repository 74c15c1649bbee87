// What a case that is over says of its losses, once records of it came late: over a connection that
// was there again while another case ran, or out of a spool.
//
// Blocking; the database's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"

#include "controller/core/report/run_facts.h"
#include "controller/io/store/run_db.h"

namespace monsoon {

// Sentences of a case whose controller died (case_closing.h), which are taken back when they hold
// no more.
std::string CollectedAfterDeath(const RunDb::Collected& collected);
std::string NotAllIsKnown(const AgentFacts& agent);
std::string MayBeLost(int64_t requests, size_t silent_agents);

// Brings the rows and the facts of a case that is over into line with what has come. A lost agent
// that has told its end by now, with all of its records, never had the requests that still lack
// one: they were not sent.
absl::Status RecountLost(RunDb& db, CaseFacts& facts);
// Of all cases.
absl::Status RecountLost(RunDb& db);

// A case that is over, of which records were collected now: says so, too.
absl::Status NoteLateRecords(RunDb& db, CaseFacts& facts);

}  // namespace monsoon
