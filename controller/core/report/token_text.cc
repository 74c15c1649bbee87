#include "controller/core/report/token_text.h"

#include <set>

#include "absl/strings/str_join.h"

#include "common/base/str_cat.h"
#include "common/model/engine_type.h"
#include "controller/core/report/case_text.h"
#include "controller/core/report/clean_text.h"
#include "controller/core/report/number_text.h"

namespace monsoon {
namespace {

// An answer's end, and the markers around reasoning and tool calls, are tokens that an engine
// counts and does not show. Beyond this the engine and the tokenizer mean different things.
constexpr double kMaxMeanDifference = 0.05;
constexpr double kMaxMeanTokens = 2;

int64_t At(const std::map<std::string, int64_t>& counts, const std::string& name) {
  const auto found = counts.find(name);
  return found == counts.end() ? 0 : found->second;
}

// Whether the server puts tokens of its own around the prompt.
bool ServerAddsTemplate(const EngineSpec& engine) {
  const EngineRoute* const route = FindEngineRoute(engine.type, engine.route);
  return route != nullptr && TakesChat(route->dialect);
}

std::string CheckText(std::string_view what, const UsageCheck& check) {
  if (check.requests == 0) {
    return StrCat(what, ": nothing to compare, for no request has both a reported and a counted ",
                  "number");
  }
  std::string text = StrCat(what, ": ", CountText(check.differ), " of ", CountText(check.requests),
                            " requests differ");
  if (check.differ > 0) {
    text += StrCat(", by ", PercentText(*check.mean_relative_difference), " in the mean and ",
                   PercentText(*check.max_relative_difference), " at most");
  }
  return StrCat(text, "; the engine reported ", CountText(check.reported),
                " tokens, the tokenizer counts ", CountText(check.counted));
}

void WarnOfDivergence(const CaseReport& report, std::vector<std::string>& out) {
  if (!report.usage_checks) return;
  const auto warn = [&](std::string_view what, const UsageCheck& check) {
    if (check.requests == 0 || *check.mean_relative_difference <= kMaxMeanDifference) return;
    const double tokens = *check.mean_relative_difference * static_cast<double>(check.counted) /
                          static_cast<double>(check.requests);
    if (tokens <= kMaxMeanTokens) return;
    out.push_back(StrCat(
        "The ", what, " tokens that the engine reported are ",
        PercentText(*check.mean_relative_difference),
        " off in the mean from what the model's tokenizer counts, more than the tokens that an "
        "engine counts and does not show. Is it the tokenizer of the model that the engine "
        "serves?"));
  };
  warn("output", report.usage_checks->output);
  if (!ServerAddsTemplate(report.facts.spec.engine)) warn("input", report.usage_checks->input);
}

void WarnOfInputs(const CaseReport& report, std::vector<std::string>& out) {
  const int64_t counted = At(report.tokens.input_sources, "tokenizer");
  if (counted == 0 || !ServerAddsTemplate(report.facts.spec.engine)) return;
  out.push_back(StrCat(
      "Input tokens of ", counted, " of ", report.requests.ok,
      " successful requests are those of the prompts' text, counted with the tokenizer. What the "
      "server's chat template adds to it is not known here and not counted."));
}

std::string Sources(const CaseReport& report) {
  std::vector<std::string> names;
  for (const auto& [name, count] : report.tokens.sources) names.push_back(name);
  return absl::StrJoin(names, " and ");
}

}  // namespace

std::string TokenTotalsText(const CaseReport& report) {
  const TokenTotals& tokens = report.tokens;
  const std::string input = StrCat(CountText(tokens.input), " input");
  if (report.gives_no_text()) {
    const bool counted = tokens.without_input < report.requests.ok;
    return StrCat(counted ? input : StrCat(kUndefinedText, " input"),
                  " (source: ", CountsText(tokens.input_sources),
                  "); none are generated on this route");
  }
  const std::string output = StrCat(CountText(tokens.output), " output");
  if (tokens.input_sources == tokens.sources) {
    return StrCat(input, ", ", output, " (source: ", CountsText(tokens.sources), ")");
  }
  return StrCat(input, " (source: ", CountsText(tokens.input_sources), "), ", output,
                " (source: ", CountsText(tokens.sources), ")");
}

std::vector<std::string> UsageCheckTexts(const CaseReport& report) {
  if (!report.usage_checks) return {};
  const bool part = ServerAddsTemplate(report.facts.spec.engine);
  return {
      CheckText("output", report.usage_checks->output),
      CheckText(part ? "input (the prompts' text, without the server's chat template)" : "input",
                report.usage_checks->input)};
}

std::string DifferentRulersText(const ComparisonGroup& group) {
  std::set<std::string> distinct;
  std::vector<std::string> each;
  for (const CaseReport* const one : group.cases) {
    const std::string sources = Sources(*one);
    if (sources.empty()) continue;  // nothing succeeded
    distinct.insert(sources);
    each.push_back(StrCat(CleanText(one->facts.spec.engine.name), " by ", sources));
  }
  if (distinct.size() < 2) return "";
  return StrCat("Output tokens are not counted with one ruler: ", absl::StrJoin(each, ", "),
                ". `token_source: tokenizer` counts all with the model's tokenizer.");
}

std::vector<std::string> TokenWarnings(const CaseReport& report) {
  std::vector<std::string> out;
  const TokenTotals& tokens = report.tokens;
  if (const int64_t chunks = At(tokens.sources, "chunks"); chunks > 0) {
    out.push_back(StrCat(
        "Output tokens of ", chunks, " of ", report.requests.ok,
        " successful requests are counted stream events, not tokens: the engine reported no usage. "
        "An event can hold several tokens, so throughput and TPOT may be off by that factor. "
        "Switch usage in the stream on at the engine, or name the model's tokenizer."));
  }
  if (const int64_t uncounted = tokens.without_output - tokens.without_text; uncounted > 0) {
    out.push_back(StrCat(
        uncounted, " of ", report.requests.ok,
        " successful requests have no output token count and add nothing to the token throughput, "
        "which is therefore a lower bound."));
  }
  if (const int64_t too_long = At(report.flags, "text_too_long"); too_long > 0) {
    out.push_back(StrCat(too_long, " answers were longer than ", kMaxAnswerTextBytes >> 20,
                         " MiB: their text was not kept, and their tokens could not be counted."));
  }
  if (tokens.sources.size() > 1) {
    out.push_back(
        "Token counts come from several sources in this case; compare engines with care.");
  }
  WarnOfInputs(report, out);
  WarnOfDivergence(report, out);
  if (tokens.first_chunk_assumed > 0) {
    out.push_back(
        StrCat("TPOT of ", tokens.first_chunk_assumed, " of ", report.tpot_s.count,
               " requests assumes that the first chunk held one token; the engine did not say."));
  }
  return out;
}

}  // namespace monsoon
