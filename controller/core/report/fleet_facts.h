// The fleet of a case in words and cells, common to the terminal's report and the page.
//
// Pure; any thread. Cells and sentences are not cleaned yet (clean_text.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/core/report/case_report.h"

namespace monsoon {

// Whether it told what it measured of itself: not one that was lost, or never asked to begin.
bool ToldOfItself(const AgentFacts& agent);
// Whether its clock was compared for this case: not in one that did not come to its start.
bool ClockKnown(const AgentFacts& agent);
// `ns`, a fact of its clock; nullopt where that is unknown.
std::optional<double> ClockSeconds(const AgentFacts& agent, int64_t ns);
// From the case's start to the agent's first dispatch; nullopt: it sent nothing.
std::optional<double> FirstSendSeconds(const CaseFacts& facts, const AgentFacts& agent);
// nullopt: fewer than two agents sent.
std::optional<double> FirstSendSkewSeconds(const CaseFacts& facts);

// "First sends 1.2 ms apart ...": of a fleet of several; else "".
std::string SkewSentence(const CaseFacts& facts);
// One sentence for each agent that was lost or fell silent, in their order.
std::vector<std::string> TroubleSentences(const CaseFacts& facts);
// A number of milliseconds: "+1.235", "-0.04".
std::string SignedMsText(int64_t ns);
std::string MsText(int64_t ns);
// Which attempt at the case this is, and what became of the earlier ones; "": the only one.
std::string AttemptSentence(const CaseFacts& facts);

// One line for each agent, of at most kReportColumns columns.
std::string FleetTableText(const CaseReport& report);
std::string FleetTableHtml(const CaseReport& report);

}  // namespace monsoon
