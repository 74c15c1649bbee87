// AgentEntry: an agent as the user names it, "load2:7070" or, with a weight, "load2:7070*2". Pure.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "controller/core/scenario/ranges.h"

namespace monsoon {

inline constexpr Range<double> kAgentWeightRange{0, 1000, true};

struct AgentEntry {
  std::string address;  // "HOST:PORT" or "unix:PATH"
  double weight = 1;    // its share of the load is in proportion to it
};

// What stands behind the last '*', if it is a number, is the weight. INVALID_ARGUMENT that
// continues "agents is 'TEXT': ".
absl::StatusOr<AgentEntry> ParseAgentEntry(std::string_view text);
// The same of one that the command line names: a whole sentence.
absl::StatusOr<AgentEntry> ParseAgentArgument(std::string_view text);
// The other way round.
std::string FormatAgentEntry(const AgentEntry& entry);

}  // namespace monsoon
