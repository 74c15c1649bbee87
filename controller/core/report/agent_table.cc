#include "controller/core/report/agent_table.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"

#include "common/base/str_cat.h"
#include "controller/core/report/clean_text.h"
#include "controller/core/report/text_table.h"

namespace monsoon {
namespace {

using Align = TextTable::Align;

std::string Milliseconds(double seconds) { return absl::StrFormat("%.3f ms", seconds * 1e3); }

std::vector<std::string> Cells(const AgentRow& row) {
  std::vector<std::string> cells = {CleanText(row.address), CleanText(AgentStateText(row))};
  if (!row.error.empty()) return cells;
  const std::vector<std::string> facts = {
      CleanText(row.name),
      CleanText(row.hostname),
      CleanText(row.version),
      StrCat(row.protocol),
      absl::StrFormat("%+.3f ms +- %s", row.clock_offset_s * 1e3, Milliseconds(row.clock_bound_s)),
      Milliseconds(row.round_trip_s),
      StrCat(row.load_threads, "/", row.cores),
      StrCat(row.free_connections, " of ", row.max_connections)};
  cells.insert(cells.end(), facts.begin(), facts.end());
  return cells;
}

nlohmann::ordered_json ToJson(const AgentRow& row) {
  nlohmann::ordered_json json = {{"address", CleanText(row.address)},
                                 {"usable", IsUsable(row)},
                                 {"state", CleanText(AgentStateText(row))}};
  if (!row.error.empty()) {
    json["error"] = CleanText(row.error);
    return json;
  }
  json["name"] = CleanText(row.name);
  json["hostname"] = CleanText(row.hostname);
  json["version"] = CleanText(row.version);
  json["protocol"] = row.protocol;
  json["busy"] = row.busy;
  json["draining"] = row.draining;
  json["run_id"] = CleanText(row.run_id);
  json["clock_offset_s"] = row.clock_offset_s;
  json["clock_bound_s"] = row.clock_bound_s;
  json["round_trip_s"] = row.round_trip_s;
  json["load_threads"] = row.load_threads;
  json["cores"] = row.cores;
  json["max_connections"] = row.max_connections;
  json["free_connections"] = row.free_connections;
  return json;
}

}  // namespace

bool IsUsable(const AgentRow& row) { return row.error.empty() && !row.draining; }

std::string AgentStateText(const AgentRow& row) {
  if (!row.error.empty()) return "unusable";
  if (row.draining) return "draining";
  if (!row.busy) return "idle";
  return row.run_id.empty() ? "busy" : StrCat("run ", row.run_id);
}

std::string RenderAgentTable(const std::vector<AgentRow>& rows) {
  TextTable table;
  table.AddColumn("agent", Align::kLeft);
  table.AddColumn("state", Align::kLeft);
  table.AddColumn("name", Align::kLeft);
  table.AddColumn("host", Align::kLeft);
  table.AddColumn("version", Align::kLeft);
  table.AddColumn("protocol");
  table.AddColumn("clock offset");
  table.AddColumn("round trip");
  table.AddColumn("threads/cores");
  table.AddColumn("free connections");
  for (const AgentRow& row : rows) table.AddRow(Cells(row));
  const auto usable = std::count_if(rows.begin(), rows.end(), IsUsable);
  return StrCat(table.Render(0), usable, " of ", rows.size(),
                rows.size() == 1 ? " agent is usable\n" : " agents are usable\n");
}

std::string RenderAgentsJson(const std::vector<AgentRow>& rows) {
  nlohmann::ordered_json agents = nlohmann::ordered_json::array();
  for (const AgentRow& row : rows) agents.push_back(ToJson(row));
  const nlohmann::ordered_json json = {{"schema", "monsoon.agents/1"}, {"agents", agents}};
  return json.dump(2) + "\n";
}

}  // namespace monsoon
