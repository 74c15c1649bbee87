#include "controller/io/scenario/read_scenario.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/base/str_cat.h"
#include "controller/core/scenario/checks.h"
#include "controller/core/scenario/matrix.h"
#include "controller/core/scenario/scenario_plan.h"
#include "controller/io/scenario/map_reader.h"
#include "controller/io/scenario/read_agents.h"
#include "controller/io/scenario/read_axes.h"
#include "controller/io/scenario/read_calibration.h"
#include "controller/io/scenario/read_paths.h"
#include "controller/io/scenario/read_settings.h"

namespace monsoon {
namespace {

void ReadName(MapReader& map, const ScenarioSource& source, std::string& name) {
  name = std::filesystem::path(source.file_name).stem().string();
  map.ReadText("name", name);
  const YamlNode* const node = map.Find("name");
  if (node != nullptr && !node->IsScalar()) return;
  if (const absl::Status status = CheckScenarioName(name); !status.ok()) {
    map.Report("name", StrCat("name is ", node == nullptr ? QuoteForMessage(name) : Describe(*node),
                              ": ", status.message()));
  }
}

void ReadAgentTls(MapReader& map, const ScenarioSource& source, Scenario& scenario) {
  map.ReadBool("insecure_agents", scenario.insecure_agents);
  const YamlNode* const node = map.Find("agent_tls");
  if (node == nullptr) return;
  MapReader tls(*node, "agent_tls", map.diagnostics());
  if (!node->IsMap()) return;
  AgentTlsPaths& paths = scenario.agent_tls;
  const std::pair<std::string_view, std::string*> files[] = {
      {"ca", &paths.ca}, {"cert", &paths.cert}, {"key", &paths.key}};
  for (const auto& [key, path] : files) {
    ReadPath(tls, key, WantedPath::kFile, source, *path);
    if (!tls.Has(key)) {
      map.Complain("agent_tls", *node,
                   StrCat("also `", key, "`: mutual TLS takes {ca, cert, key}, three PEM files"));
    }
  }
  tls.RejectUnknownKeys();
  if (scenario.insecure_agents) {
    map.Complain("insecure_agents", "false, or no agent_tls: it is plain text or TLS");
  }
}

// Where two cases of one name differ in what was written: the item of the second's axis, or its
// entry.
const SourceMark& MarkOf(const std::vector<DraftMatrix>& drafts, const CaseOrigin& at,
                         const CaseOrigin& other) {
  const DraftMatrix& draft = drafts[at.matrix];
  if (at.matrix != other.matrix) return draft.mark;
  if (at.engine != other.engine) return draft.engine_marks[at.engine];
  if (at.load != other.load) {
    return draft.load_marks.empty() ? draft.concurrency_marks[at.load] : draft.load_marks[at.load];
  }
  if (at.dataset != other.dataset) return draft.dataset_marks[at.dataset];
  return draft.model_marks[at.model];
}

void ReportDuplicates(const Expansion& expansion, const std::vector<DraftMatrix>& drafts,
                      Diagnostics& diagnostics) {
  std::set<SourceMark> reported;  // one pair of engines can collide in many cases
  for (const DuplicateCase& duplicate : expansion.duplicates) {
    const SourceMark& mark = MarkOf(drafts, duplicate.second, duplicate.first);
    if (!reported.insert(mark).second) continue;
    const SourceMark& first = MarkOf(drafts, duplicate.first, duplicate.second);
    diagnostics.Add(mark, StrCat("case '", duplicate.name, "' comes twice, first from ",
                                 diagnostics.Location(first),
                                 ": expected distinct cases; give one of the engines (or datasets, "
                                 "or models) another `name`"));
  }
}

// A dataset and a model that meet in a case may come from different levels.
void CheckTokenizers(const DraftMatrix& draft, Diagnostics& diagnostics) {
  const SubMatrix& matrix = draft.matrix;
  for (size_t i = 0; i < matrix.datasets.size(); ++i) {
    if (!matrix.datasets[i].needs_tokenizer()) continue;
    const TokenizerUse& use = draft.tokenizer_uses[i];
    for (const ModelSpec& model : matrix.models) {
      if (model.has_tokenizer()) continue;
      diagnostics.Add(use.mark, StrCat("dataset.", use.key, " counts tokens, and model ",
                                       QuoteForMessage(model.name),
                                       " has no tokenizer: expected `model: {name: ", model.name,
                                       ", tokenizer: FOLDER}`"));
    }
  }
}

std::vector<CaseSpec> Expand(const std::vector<DraftMatrix>& drafts, Diagnostics& diagnostics) {
  std::vector<SubMatrix> matrices;
  for (const DraftMatrix& draft : drafts) {
    matrices.push_back(draft.matrix);
    CheckTokenizers(draft, diagnostics);
  }
  const uint64_t count = CountCases(matrices);
  if (count > kMaxCases) {
    diagnostics.Add(drafts.front().mark, StrCat("the lists multiply into ", count,
                                                " cases: expected at most ", kMaxCases));
    return {};
  }
  Expansion expansion = ExpandCases(matrices);
  ReportDuplicates(expansion, drafts, diagnostics);
  return std::move(expansion.cases);
}

// A duration may come from the top level, its load from the entry, so the two meet only here.
void CheckDuration(MapReader& map, DraftMatrix& draft) {
  if (const YamlNode* const node = map.Find("duration")) draft.duration_mark = node->mark;
  if (draft.matrix.base.duration_ns == 0 || !draft.matrix.loads.empty()) return;
  map.diagnostics().Add(draft.duration_mark,
                        "duration is given without load: expected `load: {constant: RATE}` or "
                        "`load: {poisson: RATE}` with it; a closed loop (`concurrency`) ends after "
                        "`requests`");
}

// What must be counted needs a tokenizer; the model may stand in the entry, the wish at the top.
void CheckCounting(MapReader& map, DraftMatrix& draft) {
  if (const YamlNode* const node = map.Find("token_source")) draft.token_source_mark = node->mark;
  if (const YamlNode* const node = map.Find("verify_usage")) draft.verify_usage_mark = node->mark;
  const CaseSpec& base = draft.matrix.base;
  const auto report = [&](bool wanted, const SourceMark& mark, std::string_view what,
                          const ModelSpec& model) {
    if (!wanted) return;
    map.diagnostics().Add(
        mark, StrCat(what, " but model ", QuoteForMessage(model.name),
                     " has no tokenizer: expected model: {name: NAME, tokenizer: PATH}, PATH being "
                     "its tokenizer.json"));
  };
  for (const ModelSpec& model : draft.matrix.models) {
    if (model.has_tokenizer()) continue;
    report(base.token_source == TokenRule::kTokenizer, draft.token_source_mark,
           "token_source is 'tokenizer',", model);
    report(base.verify_usage, draft.verify_usage_mark, "verify_usage is true,", model);
  }
}

// Duration stops become numbers of requests, which depend on the seed.
void Resolve(Scenario& scenario, const std::vector<DraftMatrix>& drafts, Diagnostics& diagnostics) {
  for (CaseSpec& spec : scenario.cases) {
    const absl::Status status = ResolveRequests(spec, scenario.seed);
    if (status.ok()) continue;
    const auto draft = std::find_if(drafts.begin(), drafts.end(), [&spec](const auto& other) {
      return other.matrix.base.duration_ns == spec.duration_ns;
    });
    diagnostics.Add(draft->duration_mark, StrCat("case ", spec.name, ": ", status.message()));
  }
}

// The entries of `cases:`, each built upon `top`. Sets `complete` to false when an axis is wrong.
std::vector<DraftMatrix> ReadCases(const YamlNode& node, MapReader& map, const DraftMatrix& top,
                                   const ScenarioSource& source, bool& complete) {
  std::vector<DraftMatrix> drafts;
  if (!node.IsSequence() || node.items.empty()) {
    map.Complain("cases", node,
                 "a list of at least one {model, dataset, concurrency, engine, ...}");
    return drafts;
  }
  for (const YamlNode& item : node.items) {
    if (item.IsBroken()) continue;
    DraftMatrix draft = top;
    draft.mark = item.mark;
    MapReader entry(item, "cases", map.diagnostics());
    if (!item.IsMap()) continue;
    complete = ReadAxes(entry, source, draft) && complete;
    complete = RequireAxes(draft, map.diagnostics()) && complete;
    ReadSettings(entry, draft.matrix.base);
    CheckDuration(entry, draft);
    CheckCounting(entry, draft);
    entry.RejectUnknownKeys();
    drafts.push_back(std::move(draft));
  }
  return drafts;
}

}  // namespace

Scenario ReadScenario(const YamlNode& root, const ScenarioSource& source, bool can_expand,
                      Diagnostics& diagnostics) {
  Scenario scenario;
  MapReader map(root, "", diagnostics);
  if (!root.IsMap()) return scenario;
  DraftMatrix top;
  top.mark = root.mark;
  top.matrix.concurrencies = {top.matrix.base.concurrency};
  top.concurrency_marks = {root.mark};
  ReadName(map, source, scenario.name);
  const YamlNode* const cases = map.Find("cases");
  bool complete = ReadAxes(map, source, top) && can_expand;
  if (!map.Has("cases")) complete = RequireAxes(top, diagnostics) && complete;
  ReadSettings(map, top.matrix.base);
  map.ReadUnsigned("seed", scenario.seed);
  ReadFleet(map, scenario);
  ReadAgentTls(map, source, scenario);
  map.ReadDuration("pause", kPauseRange, scenario.pause_ns);
  map.ReadBool("preflight", scenario.preflight);
  if (const YamlNode* const node = map.Find("duration")) top.duration_mark = node->mark;
  if (const YamlNode* const node = map.Find("token_source")) top.token_source_mark = node->mark;
  if (const YamlNode* const node = map.Find("verify_usage")) top.verify_usage_mark = node->mark;
  if (!map.Has("cases")) CheckDuration(map, top);
  if (!map.Has("cases")) CheckCounting(map, top);
  ReadCalibration(map, source, scenario);
  std::vector<DraftMatrix> drafts = {top};
  if (cases != nullptr) drafts = ReadCases(*cases, map, top, source, complete);
  map.RejectUnknownKeys();
  if (complete && !drafts.empty()) scenario.cases = Expand(drafts, diagnostics);
  Resolve(scenario, drafts, diagnostics);
  return scenario;
}

}  // namespace monsoon
