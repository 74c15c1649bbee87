#include "controller/io/run/preflight.h"

#include <utility>

#include "absl/strings/str_join.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/model/engine_type.h"
#include "controller/core/preflight/facts_text.h"
#include "controller/core/preflight/probe_plan.h"
#include "controller/core/report/clean_text.h"
#include "controller/io/run/case_driver.h"

namespace monsoon {
namespace {

constexpr int64_t kTickNs = 100 * kNsPerMs;
// What an agent gets beyond the time limit, for the GETs.
constexpr int64_t kPatienceNs = 60 * kNsPerS;

std::string KeyName(const EngineSpec& engine) {
  if (!engine.api_key_env.empty()) return "environment variable " + engine.api_key_env;
  return engine.api_key_file.empty() ? "" : "file " + engine.api_key_file;
}

// What such a route answers with has no tokens to count.
bool HasAnswerTokens(const EngineRoute* route) {
  return route == nullptr ||
         (route->dialect != Dialect::kEmbeddings && route->dialect != Dialect::kRerank);
}

ProbeTarget MakeTarget(const CaseSpec& spec) {
  const EngineRoute* const route = FindEngineRoute(spec.engine.type, spec.engine.route);
  return {.engine = spec.engine.name,
          .type = spec.engine.type,
          .url = spec.engine.url,
          .default_path = std::string(route == nullptr ? "" : route->path),
          .model = spec.model.name,
          .key_name = KeyName(spec.engine),
          .stream = spec.sampling.stream,
          .has_tokenizer = !spec.model.tokenizer.empty(),
          .expects_tokens = HasAnswerTokens(route)};
}

}  // namespace

absl::StatusOr<std::vector<EngineFacts>> Preflight::Run() {
  const std::vector<CaseSpec>& specs = context_.inputs->scenario.cases;
  std::vector<AgentCase> cases;
  for (const CaseSpec& spec : specs) {
    cases.push_back(
        MakeAgentCase(context_.run_id, spec, context_.inputs->cases[spec.index].api_key));
  }
  std::vector<EngineFacts> engines;
  std::vector<std::string> problems;
  for (const size_t position : CasesToProbe(cases)) {
    const CaseSpec& spec = specs[position];
    const auto probe_index = static_cast<uint32_t>(engines.size() + problems.size());
    ASSIGN_OR_RETURN(ProbeVerdict verdict,
                     Ask(spec, context_.inputs->cases[spec.index], probe_index));
    if (verdict.failure.empty()) {
      Show(verdict.facts);
      engines.push_back(std::move(verdict.facts));
    } else {
      problems.push_back(CleanText(
          StrCat("engine ", spec.engine.name, " (", spec.engine.url, "): ", verdict.failure)));
    }
  }
  if (problems.empty()) return engines;
  return absl::FailedPreconditionError(
      StrCat(absl::StrJoin(problems, "\n"),
             "\nNo load was sent. --no-preflight (or `preflight: false` in the scenario) skips "
             "this check."));
}

absl::StatusOr<ProbeVerdict> Preflight::Ask(const CaseSpec& spec, const CaseInputs& input,
                                            uint32_t probe_index) {
  constexpr size_t kAgent = 0;
  ASSIGN_OR_RETURN(Item item, input.dataset->Read(input.plan.PositionOf(0)));
  const ProbeTarget target = MakeTarget(spec);
  // What the engine has seen once may be in its cache when the load comes.
  context_.repeats->BeginCase(spec.engine.name, spec.engine.url, spec.dataset.cache_bust);
  context_.repeats->Note(ComputeItemId(item), /*warmup=*/true);
  const ProbeOrder order = MakeProbeOrder(MakeAgentCase(context_.run_id, spec, input.api_key),
                                          std::move(item), probe_index);
  context_.display->Update(StrCat("asking ", spec.engine.name, " (", spec.engine.url, ")"),
                           context_.clock->MonotonicNs());
  ASSIGN_OR_RETURN(const ProbeResult result, Await(order, kAgent));
  ProbeVerdict verdict = JudgeProbe(target, result);
  verdict.facts.agent = context_.fleet->agents()[kAgent]->link->info().name;
  verdict.facts.request_id = order.request_id;
  return verdict;
}

absl::StatusOr<ProbeResult> Preflight::Await(const ProbeOrder& order, size_t agent) {
  AgentLink& link = *context_.fleet->agents()[agent]->link;
  const int64_t until_ns = context_.clock->MonotonicNs() + order.time_limit_ns + kPatienceNs;
  link.Probe(order);
  while (context_.clock->MonotonicNs() < until_ns) {
    if (context_.signals->count() > 0) return absl::CancelledError("interrupted before any load");
    std::optional<AgentEvent> event = context_.fleet->Next(kTickNs);
    if (!event) continue;
    if (auto* probed = std::get_if<ProbedEvent>(&event->body)) return std::move(probed->result);
    if (const auto* lost = std::get_if<LostEvent>(&event->body)) {
      return absl::UnavailableError(
          StrCat("agent ", context_.fleet->agents()[event->agent]->link->info().name,
                 " was lost before any load: ", lost->reason));
    }
  }
  return absl::UnavailableError(StrCat("agent ", link.info().name,
                                       " did not say what became of its request to ",
                                       order.agent_case.engine.url, "; look into its log"));
}

void Preflight::Show(const EngineFacts& facts) const {
  context_.display->Say(CleanText(DescribeEngine(facts)));
  for (const std::string& warning : facts.warnings) {
    context_.display->Say(CleanText(StrCat("  warning: ", warning)));
  }
}

}  // namespace monsoon
