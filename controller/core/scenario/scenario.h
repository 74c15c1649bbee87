// Scenario: what the user asked for, as typed values. Every default is written here, once; the YAML
// reader (controller/io/scenario) only overrides them, docs/scenario.md documents them.
//
// Plain values, no behaviour. All strings UTF-8; durations in ns; 0 never means "unlimited" unless
// the field says so.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/model/agent_case.h"
#include "controller/core/calibrate/calibration.h"
#include "controller/core/dataset/token_length.h"
#include "controller/core/load/load_spec.h"
#include "controller/core/load/on_agent_loss.h"
#include "controller/core/scenario/gate.h"

namespace monsoon {

// A file that a hub has (controller/core/hub): what was asked for and, once it is on this machine,
// what it was.
struct HubSpec {
  std::string from;      // of a dataset auto, hf, ms or hf:ORG/NAME/FILE; "" = no hub
  std::string revision;  // "" = the hub's default; after the download, the commit if it has one
  std::string sha256;    // that the file must have, or, after the download, has; "" = any

  friend bool operator==(const HubSpec&, const HubSpec&) = default;
};

struct ModelSpec {
  std::string name;       // sent as "model" in every request
  std::string tokenizer;  // path of tokenizer.json or its folder; "" = none, or not here yet
  HubSpec tokenizer_hub;  // from: ORG/NAME or hf:ORG/NAME

  bool has_tokenizer() const { return !tokenizer.empty() || !tokenizer_hub.from.empty(); }

  friend bool operator==(const ModelSpec&, const ModelSpec&) = default;
};

enum class DatasetFormat {
  kOpenqa,
  kLongalpaca,
  kLineByLine,
  kSharegpt,
  kMessages,
  kRandom,  // no file: made from the model's vocabulary
  kEmbedding,
  kRerank,
};
enum class DatasetOrder { kSequential, kShuffle };
enum class OnBadLine { kError, kSkip };
// sharegpt: the first human turn as a prompt, or the whole conversation as chat messages.
enum class ConversationTurns { kFirst, kAll };

struct DatasetSpec {
  std::string name;  // label in reports; also the format unless `format` says otherwise
  DatasetFormat format = DatasetFormat::kOpenqa;
  // Resolved against the scenario file's folder; with `hub`, "" until the file is here.
  std::string path;
  // Inclusive, in characters (Unicode code points) of the prompt text.
  int64_t min_prompt_length = 0;
  int64_t max_prompt_length = std::numeric_limits<int64_t>::max();
  DatasetOrder order = DatasetOrder::kSequential;
  OnBadLine on_bad_line = OnBadLine::kError;
  // Makes every prompt's beginning unique, so that no prefix cache of the engine can help.
  bool cache_bust = false;
  HubSpec hub;
  // Inclusive, in tokens of the model's tokenizer. For a chat, of all its texts together.
  int64_t min_prompt_tokens = 0;
  int64_t max_prompt_tokens = std::numeric_limits<int64_t>::max();
  // Each answer's own length; unset: the case's max_tokens. kReference: as long as the answer that
  // comes with the prompt.
  TokenLength output_tokens;
  ConversationTurns turns = ConversationTurns::kFirst;  // kSharegpt
  int64_t batch_size = 1;                               // kEmbedding: texts in one request
  // kRandom. All tokens of a prompt, of which the first prefix_tokens are the same in every prompt.
  TokenLength input_tokens;
  int64_t prefix_tokens = 0;
  int64_t prompts = 0;  // distinct ones; 0: as many as the largest case sends requests

  // Whether it means anything only with the model's tokenizer.
  bool needs_tokenizer() const {
    return format == DatasetFormat::kRandom || output_tokens.reference() || limits_tokens();
  }
  bool limits_tokens() const {
    return min_prompt_tokens > 0 || max_prompt_tokens < std::numeric_limits<int64_t>::max();
  }

  friend bool operator==(const DatasetSpec&, const DatasetSpec&) = default;
};

// Where the API key is named; the key itself is read when the run starts and is never stored here.
struct EngineSpec {
  std::string type;   // a name of common/model/engine_type.h
  std::string route;  // of the type; what the URL's path says when the user gave none
  std::string name;   // label in reports; default: type
  // In a case, complete: with the route's default path where the user gave none, and the model's
  // name for {model} (CompleteEngineUrl in engine_url.h).
  std::string url;
  std::string api_key_env;
  std::string api_key_file;
  std::vector<SecretHeader> headers;
  std::string extra_body_json;  // "" = none
  std::string prompt_template;  // as in EngineTarget (agent_case.h), with the next two
  std::string system_prompt;
  CustomEngine custom;

  friend bool operator==(const EngineSpec&, const EngineSpec&) = default;
};

// Limits beyond which a case is INVALID (design section 8).
struct VerdictLimits {
  // client.error_bound_s.p99 and lateness p99 may be at most the larger of the two.
  int64_t max_error_ns = kNsPerMs;
  double max_error_share_of_ttft = 0.02;  // of the case's TTFT p50
  double max_busy_share = 0.90;           // of a load thread, over one second
  double max_starved_share = 0.01;        // of slot time without work although work was left
  double min_achieved_rate_share = 0.99;  // open loop: dispatched / planned so far

  // Between the rates of an agent's monotonic clock and of its hardware's.
  double max_clock_rate_error = 0.001;

  friend bool operator==(const VerdictLimits&, const VerdictLimits&) = default;
};

// Where the token counts of a case come from (docs/metrics.md, "Token source").
enum class TokenRule {
  kAuto,      // the engine's usage where it reports it, else the model's tokenizer if there is one
  kUsage,     // the engine's usage alone
  kTokenizer  // the model's tokenizer alone: one ruler for all engines
};

// One cell of the matrix, complete in itself.
struct CaseSpec {
  int32_t index = 0;  // position in the run, from 0
  // Another attempt at the case of this index, whose plan it repeats to the last arrival; -1: none.
  int32_t repeats = -1;
  std::string name;  // "<model>/<dataset>/<load>/<engine>" (CaseName), unique in the run
  ModelSpec model;
  DatasetSpec dataset;
  EngineSpec engine;
  int64_t concurrency = 1;  // closed loop: requests in flight over all agents; open loop: 0
  LoadSpec load;            // open loop: when requests are sent
  // Measured requests. With a duration, as many as are due within it (Resolve in scenario_plan.h).
  int64_t requests = 1000;
  int64_t duration_ns = 0;          // open loop: ends after this time; 0: after `requests`
  int64_t grace_ns = 30 * kNsPerS;  // for what is in flight when the duration is over
  int64_t warmup = 0;               // requests before them that count in no metric
  Sampling sampling;
  Timeouts timeouts;
  int64_t max_event_bytes = 16 << 20;
  TokenRule token_source = TokenRule::kAuto;
  bool verify_usage = false;  // count with the tokenizer too, and report how far usage diverges
  bool keep_answers = false;  // stores the text of every answer
  std::vector<Gate> gates = DefaultGates();
  VerdictLimits verdict;

  friend bool operator==(const CaseSpec&, const CaseSpec&) = default;
};

// This controller's files for mutual TLS with agents, resolved like a dataset's; all or none.
struct AgentTlsPaths {
  std::string ca;
  std::string cert;
  std::string key;

  friend bool operator==(const AgentTlsPaths&, const AgentTlsPaths&) = default;
};

struct Scenario {
  std::string name;             // default: the file's name without extension
  uint64_t seed = 0;            // of everything random in the run
  std::vector<CaseSpec> cases;  // >= 1, in the order of execution
  // AgentEntry texts (agent_entry.h): "host:port" or "unix:PATH", maybe with "*WEIGHT"; empty: the
  // embedded agent
  std::vector<std::string> agents;
  int64_t expect_agents = 0;        // 0: as many as `agents` names
  int64_t lease_ns = 10 * kNsPerS;  // an agent that hears nothing for so long stops
  OnAgentLoss on_agent_loss = OnAgentLoss::kContinue;
  int64_t max_start_skew_ns = 100 * kNsPerMs;  // no start with clocks known less exactly
  AgentTlsPaths agent_tls;                     // empty: plain text, which stays on this machine
  bool insecure_agents = false;                // plain text also to agents on other machines
  int64_t pause_ns = 0;                        // between cases
  bool preflight = true;                       // asks each engine once before any load
  std::string calibration_path;                // resolved like a dataset's; "" = none
  // What is in that file; nullopt also where files are not looked at.
  std::optional<Calibration> calibration;

  friend bool operator==(const Scenario&, const Scenario&) = default;
};

std::string_view DatasetFormatName(DatasetFormat format);
std::vector<std::string> DatasetFormatNames();
std::optional<DatasetFormat> DatasetFormatFromName(std::string_view name);
std::string_view DatasetOrderName(DatasetOrder order);            // sequential shuffle
std::string_view TokenRuleName(TokenRule rule);                   // auto usage tokenizer
std::string_view OnBadLineName(OnBadLine on_bad_line);            // error skip
std::string_view ConversationTurnsName(ConversationTurns turns);  // first all

}  // namespace monsoon
