#include "controller/core/evalscope/flag_table.h"

#include <iterator>

namespace monsoon {
namespace {

using enum FlagArity;
using enum FlagAge;

constexpr std::string_view kOwnServer =
    "Monsoon starts no engine, so that it takes no part of the machine; start it, and name it in "
    "engine.url";
constexpr std::string_view kQueues =
    "queues and threads size themselves; the report says when the client was the limit";
constexpr std::string_view kSla =
    "there is no search for a limit; list the values (`concurrency: [1, 8, 64]`) and let `gates` "
    "say which of them are good enough";
constexpr std::string_view kTurns =
    "there are no multi-turn conversations; dataset format `sharegpt` with `turns: all` sends "
    "whole "
    "histories";
constexpr std::string_view kImages = "there are no images; only texts are sent";
constexpr std::string_view kSinks =
    "results stay in the run's folder: run.db, report.json, "
    "report.html, requests.csv";

constexpr EvalscopeFlag kFlags[] = {
    // Endpoint.
    {"--model", "", kOne, kBoth, ""},
    {"--api", "", kOne, kBoth, ""},
    {"--url", "", kOne, kBoth, ""},
    {"--port", "", kOne, kNew, kOwnServer},
    {"--headers", "", kMany, kBoth, "", /*secret=*/true},
    {"--api-key", "", kOne, kNew, "", /*secret=*/true},
    {"--connect-timeout", "", kOne, kBoth, ""},
    {"--read-timeout", "", kOne, kBoth, ""},
    {"--total-timeout", "", kOne, kNew, ""},
    {"--no-test-connection", "", kSwitch, kNew, ""},
    {"--tokenizer-path", "", kOne, kBoth, ""},
    {"--attn-implementation", "", kOne, kNew, kOwnServer},
    // Load.
    {"--parallel", "", kMany, kBoth, ""},
    {"--number", "-n", kMany, kBoth, ""},
    {"--rate", "", kMany, kBoth, ""},
    {"--open-loop", "", kSwitch, kNew, ""},
    {"--duration", "", kOne, kNew, ""},
    {"--warmup-num", "", kOne, kNew, ""},
    {"--sleep-interval", "", kOne, kNew, ""},
    {"--dataset-offset", "", kOne, kNew,
     "random prompts differ by `seed`; `cache_bust: true` keeps every prefix cache cold"},
    {"--db-commit-interval", "", kOne, kNew,
     "records are committed in batches before they are acknowledged"},
    {"--queue-size-multiplier", "", kOne, kNew, kQueues},
    {"--in-flight-task-multiplier", "", kOne, kNew, kQueues},
    {"--num-workers", "", kOne, kNew, kQueues},
    // Search for a limit.
    {"--sla-auto-tune", "", kSwitch, kNew, kSla},
    {"--sla-variable", "", kOne, kNew, kSla},
    {"--sla-params", "", kOne, kNew, kSla},
    {"--sla-num-runs", "", kOne, kNew, kSla},
    {"--sla-upper-bound", "", kOne, kNew, kSla},
    {"--sla-lower-bound", "", kOne, kNew, kSla},
    {"--sla-fixed-parallel", "", kOne, kNew, kSla},
    {"--sla-number-multiplier", "", kOne, kNew, kSla},
    // Request.
    {"--prompt", "", kOne, kBoth, ""},
    {"--query-template", "", kOne, kBoth, ""},
    {"--apply-chat-template", "", kSwitch, kNew,
     "the route says it: chat completions take messages, and the engine applies its template"},
    {"--no-apply-chat-template", "", kSwitch, kNew,
     "the route says it: /v1/completions takes the prompt as it is"},
    {"--tokenize-prompt", "", kSwitch, kNew,
     "prompts travel as text; a line of a line_by_line file may be a whole body with token ids"},
    {"--stream", "", kSwitch, kBoth, ""},
    {"--no-stream", "", kSwitch, kNew, ""},
    {"--max-tokens", "", kMany, kBoth, ""},
    {"--min-tokens", "", kOne, kNew, ""},
    {"--temperature", "", kOne, kBoth, ""},
    {"--top-p", "", kOne, kBoth, ""},
    {"--top-k", "", kOne, kNew, ""},
    {"--frequency-penalty", "", kOne, kBoth, ""},
    {"--repetition-penalty", "", kOne, kNew, ""},
    {"--logprobs", "", kSwitch, kBoth, ""},
    {"--n-choices", "", kOne, kBoth, ""},
    {"--seed", "", kOne, kBoth, ""},
    {"--stop", "", kMany, kBoth, ""},
    {"--stop-token-ids", "", kMany, kBoth, ""},
    {"--extra-args", "", kOne, kNew, ""},
    {"--max-prompt-length", "", kOne, kBoth, ""},
    {"--min-prompt-length", "", kOne, kBoth, ""},
    {"--prefix-length", "", kOne, kNew, ""},
    {"--image-width", "", kOne, kNew, kImages},
    {"--image-height", "", kOne, kNew, kImages},
    {"--image-format", "", kOne, kNew, kImages},
    {"--image-num", "", kOne, kNew, kImages},
    {"--image-patch-size", "", kOne, kNew, kImages},
    // Conversations.
    {"--multi-turn", "", kSwitch, kNew, kTurns},
    {"--min-turns", "", kOne, kNew, kTurns},
    {"--max-turns", "", kOne, kNew, kTurns},
    {"--multi-turn-args", "", kOne, kNew, kTurns},
    // Dataset.
    {"--dataset", "", kOne, kBoth, ""},
    {"--dataset-path", "", kOne, kBoth, ""},
    {"--data-source", "", kOne, kNew,
     "a dataset without `path` is fetched by its name; HF_ENDPOINT and MODELSCOPE_ENDPOINT say "
     "from where"},
    {"--dataset-args", "", kOne, kNew, "the dataset's own keys are in docs/scenario.md"},
    // Output.
    {"--name", "", kOne, kBoth, ""},
    {"--outputs-dir", "", kOne, kNew, "say it when you run: controller run --out FOLDER"},
    {"--no-timestamp", "", kSwitch, kNew, "say it when you run: controller run --out FOLDER"},
    {"--log-every-n-query", "", kOne, kBoth, "progress is on the terminal all the time"},
    {"--debug", "", kSwitch, kBoth,
     "requests.csv and run.db hold every request, and the report quotes the errors"},
    {"--visualizer", "", kOne, kNew, kSinks},
    {"--wandb-api-key", "", kOne, kBoth, kSinks, /*secret=*/true},
    {"--swanlab-api-key", "", kOne, kNew, kSinks, /*secret=*/true},
    {"--swanlab-host", "", kOne, kNew, kSinks},
    {"--enable-progress-tracker", "", kSwitch, kNew, kSinks},
};

}  // namespace

const std::vector<EvalscopeFlag>& EvalscopeFlags() {
  static const auto& flags = *new std::vector<EvalscopeFlag>(std::begin(kFlags), std::end(kFlags));
  return flags;
}

}  // namespace monsoon
