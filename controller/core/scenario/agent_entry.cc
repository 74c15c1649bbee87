#include "controller/core/scenario/agent_entry.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/core/scenario/checks.h"

namespace monsoon {

absl::StatusOr<AgentEntry> ParseAgentEntry(std::string_view text) {
  AgentEntry entry;
  const size_t star = text.rfind('*');
  if (star != std::string_view::npos &&
      absl::SimpleAtod(ToAbsl(text.substr(star + 1)), &entry.weight)) {
    if (!kAgentWeightRange.Contains(entry.weight)) {
      return absl::InvalidArgumentError(
          StrCat("expected a weight above 0 and at most ", kAgentWeightRange.max, " after '*'"));
    }
    text = text.substr(0, star);
  }
  RETURN_IF_ERROR(CheckAgentAddress(text));
  entry.address = std::string(text);
  return entry;
}

absl::StatusOr<AgentEntry> ParseAgentArgument(std::string_view text) {
  absl::StatusOr<AgentEntry> entry = ParseAgentEntry(text);
  if (entry.ok()) return entry;
  return absl::InvalidArgumentError(
      StrCat("agent '", text, "': ", ToStd(entry.status().message())));
}

std::string FormatAgentEntry(const AgentEntry& entry) {
  if (entry.weight == 1) return entry.address;
  return StrCat(entry.address, "*", absl::StrFormat("%.15g", entry.weight));
}

}  // namespace monsoon
