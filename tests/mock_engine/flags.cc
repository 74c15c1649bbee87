#include "tests/mock_engine/flags.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_split.h"
#include <CLI/CLI.hpp>

#include "common/base/str_cat.h"

namespace monsoon::mock_engine {
namespace {

constexpr int64_t kMost = 1'000'000'000'000;

// An option whose texts `parse` turns into `*target`, or says why it cannot.
template <typename T, typename Parse>
CLI::Option* AddParsed(CLI::App& app, const std::string& name, T* target, Parse parse,
                       const std::string& help, const std::string& type,
                       const std::string& default_text) {
  const auto read = [name, target, parse](const CLI::results_t& texts) {
    for (const std::string& text : texts) {
      absl::Status status = parse(text, target);
      if (!status.ok()) throw CLI::ValidationError(name, std::string(status.message()));
    }
    return true;
  };
  return app.add_option(name, read, help)->type_name(type)->default_str(default_text);
}

template <typename T, typename U>
absl::Status Assign(absl::StatusOr<U> value, T* target) {
  if (!value.ok()) return value.status();
  *target = *std::move(value);
  return absl::OkStatus();
}

absl::Status DurationDistribution(const std::string& text, Distribution* target) {
  return Assign(Distribution::Parse(text, Distribution::Unit::kDuration), target);
}

absl::Status CountDistribution(const std::string& text, std::optional<Distribution>* target) {
  return Assign(Distribution::Parse(text, Distribution::Unit::kCount), target);
}

absl::Status Duration(const std::string& text, int64_t* target_ns) {
  return Assign(ParseDurationNs(text), target_ns);
}

absl::Status ParseDialects(const std::string& text, std::vector<const Dialect*>* target) {
  for (absl::string_view name : absl::StrSplit(text, ',')) {
    const Dialect* dialect = FindDialect(ToStd(name));
    if (dialect == nullptr) {
      return absl::InvalidArgumentError(
          StrCat("there is no dialect '", name, "'; known are ", DialectNames()));
    }
    target->push_back(dialect);
  }
  return absl::OkStatus();
}

absl::Status ParseTextMode(const std::string& text, std::optional<bool>* target) {
  if (text != "delta" && text != "cumulative") {
    return absl::InvalidArgumentError(
        StrCat("'", text, "' is no way to send text; write delta or cumulative"));
  }
  *target = text == "cumulative";
  return absl::OkStatus();
}

absl::Status ParseRetryForm(const std::string& text, RetryForm* target) {
  const std::optional<RetryForm> form = FindRetryForm(text);
  if (!form.has_value()) {
    return absl::InvalidArgumentError(
        StrCat("'", text, "' is no form; write seconds, fraction, date, ms, veto or none"));
  }
  *target = *form;
  return absl::OkStatus();
}

absl::Status ParseCertificate(const std::string& text, std::optional<Certificate>* target) {
  *target = FindCertificate(text);
  if (target->has_value()) return absl::OkStatus();
  return absl::InvalidArgumentError(StrCat("there is no certificate '", text,
                                           "'; write good, self_signed, expired or wrong_host"));
}

absl::Status ParseReasoningField(const std::string& text, std::string* target) {
  if (text != "reasoning" && text != "reasoning_content") {
    return absl::InvalidArgumentError(
        StrCat("'", text, "' is no field of this; write reasoning_content or reasoning"));
  }
  *target = text;
  return absl::OkStatus();
}

// Breaks the list of kinds into lines that fit beside the option names.
std::string FaultHelp() {
  std::string help = "Repeatable; SHARE of the requests, 0..1, default 1. Kinds:";
  size_t line_bytes = 1000;
  for (absl::string_view name : absl::StrSplit(FaultNames(), ", ")) {
    const bool fits = line_bytes + name.size() < 64;
    help += fits ? ", " : "\n  ";
    help += std::string(name);
    line_bytes = (fits ? line_bytes : 0) + name.size() + 2;
  }
  return help;
}

void AddTiming(CLI::App& app, TokenScriptOptions* script, EngineOptions* engine) {
  std::vector<CLI::Option*> group = {
      AddParsed(app, "--ttft", &script->ttft, DurationDistribution,
                "From the complete request (or its slot) to the first token", "DIST", "50ms"),
      AddParsed(app, "--itl", &script->itl, DurationDistribution,
                "Between token events; line k of a file is the k-th gap of every answer", "DIST",
                "10ms"),
      AddParsed(app, "--tokens", &script->tokens, CountDistribution,
                "Tokens per answer, at most the request's max_tokens", "N|DIST",
                "min(max_tokens, 64)"),
      AddParsed(app, "--prefill-per-token", &script->prefill_per_token_ns, Duration,
                "Added to TTFT for every prompt token", "TIME", "0s"),
      AddParsed(app, "--headers-delay", &engine->headers_delay_ns, Duration,
                "From the complete request to a stream's headers", "TIME", "0s"),
      app.add_option("--slots", engine->slots,
                     "Requests worked on at once, first come first served; "
                     "0: no limit")
          ->check(CLI::Range(int64_t{0}, kMost)),
      app.add_option("--seed", script->seed, "Of every random choice")
          ->check(CLI::Range(int64_t{0}, kMost))
          ->capture_default_str()};
  for (CLI::Option* option : group)
    option->group(
        "Timing (DIST: 50ms | constant:50ms | "
        "lognormal:median=50ms,sigma=0.3 | file:PATH)");
}

void AddAnswers(CLI::App& app, EngineOptions* engine, std::vector<const Dialect*>* dialects,
                bool* no_stream_usage) {
  std::vector<CLI::Option*> group = {
      AddParsed(app, "--dialect", dialects, ParseDialects,
                "Whose routes there are; where they clash, the earlier one's answer", "NAME[,NAME]",
                "all, vllm first"),
      app.add_option("--model", engine->model, "What /v1/models names; requests may name any")
          ->capture_default_str(),
      app.add_option("--tokens-per-chunk", engine->script.tokens_per_chunk,
                     "Tokens that travel in one event")
          ->check(CLI::Range(int64_t{1}, kMost))
          ->capture_default_str(),
      app.add_option("--reasoning", engine->script.reasoning_tokens,
                     "So many first tokens are reasoning")
          ->check(CLI::Range(int64_t{0}, kMost))
          ->capture_default_str(),
      AddParsed(app, "--reasoning-field", &engine->reasoning_field, ParseReasoningField,
                "Their field; default: the dialect's (reasoning or reasoning_content)", "FIELD",
                ""),
      AddParsed(app, "--text", &engine->cumulative, ParseTextMode,
                "Events repeat the text so far, or do not, where a dialect has both",
                "delta|cumulative", "the dialect's"),
      app.add_flag("--old", engine->old_version, "Speak as older versions of the engines did"),
      app.add_flag("--tool-call", engine->tool_call, "Answers call a tool, where chats can"),
      app.add_flag("--no-stream-usage", *no_stream_usage, "Streams end without a usage event"),
      app.add_option("--api-key", engine->api_key, "Ask for Authorization: Bearer KEY")
          ->type_name("KEY")};
  for (CLI::Option* option : group) option->group("Answers");
}

void AddFaults(CLI::App& app, EngineOptions* engine, std::vector<FaultRule>* rules) {
  const auto parse = [](const std::string& text, std::vector<FaultRule>* target) {
    absl::StatusOr<FaultRule> rule = ParseFaultRule(text);
    if (rule.ok()) target->push_back(*rule);
    return rule.status();
  };
  AddParsed(app, "--fault", rules, parse, FaultHelp(), "KIND[:SHARE]", "")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->group("Misbehaviour");
  AddParsed(app, "--retry-after", &engine->retry_form, ParseRetryForm,
            "How 429, 503 and 529 say when to come again; by default only 429 does, in seconds",
            "FORM", "seconds")
      ->group("Misbehaviour");
  AddParsed(app, "--keep-alive", &engine->keep_alive_ns, Duration,
            "Idle connections are closed after it; 0s: never", "TIME", "0s")
      ->group("Misbehaviour");
}

void AddServing(CLI::App& app, Flags* flags, bool* insecure_listen) {
  const auto parse = [](const std::string& text, std::vector<ListenAddress>* target) {
    absl::StatusOr<ListenAddress> address = ParseListenAddress(text);
    if (address.ok()) target->push_back(*address);
    return address.status();
  };
  std::vector<CLI::Option*> group = {
      AddParsed(app, "--listen", &flags->server.listen, parse,
                "Repeatable; a loopback address, port 0 is any free one", "HOST:PORT",
                "127.0.0.1:0")
          ->expected(1)
          ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll),
      app.add_flag(
          "--insecure-listen", *insecure_listen,
          "Allow --listen on an address other than loopback (this engine has no defences)"),
      app.add_option("--port-file", flags->port_file, "Written when ready: the ports, one per line")
          ->type_name("PATH"),
      app.add_option("--log", flags->server.log_path,
                     "CSV of what was really done, one line per chat request")
          ->type_name("PATH"),
      AddParsed(app, "--tls", &flags->server.tls, ParseCertificate,
                "Speak HTTPS, with a certificate made on the spot",
                "good|self_signed|expired|wrong_host", "plain HTTP"),
      app.add_option("--tls-ca", flags->server.tls_authority_path,
                     "Where the certificate of the authority behind --tls is written (PEM)")
          ->type_name("PATH"),
      app.add_option("--request-log", flags->server.request_log_path,
                     "METHOD and path of every request, a line each, in the order they came")
          ->type_name("PATH"),
      app.add_option("--threads", flags->server.threads, "Event loops, each with a thread")
          ->check(CLI::Range(1, 64))
          ->capture_default_str(),
      app.add_option("--exit-with-parent", flags->exit_with_parent,
                     "End when the process that started this one, of this pid, ends")
          ->type_name("PID")};
  for (CLI::Option* option : group) option->group("Serving");
}

}  // namespace

absl::StatusOr<Flags> ParseFlags(int argc, const char* const* argv) {
  CLI::App app(
      "An LLM engine made for tests: answers on a scripted clock, misbehaves when told to, and "
      "logs what it really did.",
      "mock_engine");
  Flags flags;
  EngineOptions& engine = flags.server.engine;
  bool no_stream_usage = false;
  std::vector<FaultRule> rules;
  bool insecure_listen = false;
  AddServing(app, &flags, &insecure_listen);
  AddTiming(app, &engine.script, &engine);
  std::vector<const Dialect*> dialects;
  AddAnswers(app, &engine, &dialects, &no_stream_usage);
  AddFaults(app, &engine, &rules);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    flags.help = app.help();
    return flags;
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(error.what());
  }
  engine.stream_usage = !no_stream_usage;
  if (!dialects.empty()) engine.dialects = std::move(dialects);
  absl::Status status = Assign(FaultPlan::Create(std::move(rules)), &engine.faults);
  if (!status.ok()) return status;
  if (flags.server.listen.empty()) {
    status = Assign(ParseListenAddress("127.0.0.1:0"), &flags.server.listen.emplace_back());
  }
  if (status.ok()) status = CheckLoopback(flags.server.listen, insecure_listen);
  if (!status.ok()) return status;
  return flags;
}

}  // namespace monsoon::mock_engine
