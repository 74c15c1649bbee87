// --model, --tokenizer-path, --dataset and what goes with it.
#include <algorithm>
#include <array>
#include <limits>

#include "absl/strings/str_join.h"

#include "common/base/nearest_name.h"
#include "common/base/str_cat.h"
#include "controller/core/evalscope/parts.h"

namespace monsoon {
namespace {

constexpr int64_t kMaxLength = 1'000'000'000;
constexpr int64_t kMaxBatch = 100'000;

struct Row {
  std::string_view evalscope;  // what --dataset says
  std::string_view format;     // ours; "": none
  std::string_view remark;     // why none, or what differs
  std::string_view hub = "";   // the file that EvalScope fetches, where not of the format's name
};

constexpr std::string_view kNoImages = "there are no images; only texts are sent";
constexpr std::string_view kNoTurns =
    "there are no multi-turn conversations; `sharegpt` with `turns: all` sends whole histories";
constexpr std::string_view kNoSynthetic =
    "such texts are not made here; write them into a file and name it with --dataset-path";

constexpr std::array<Row, 29> kRows = {{
    {"openqa", "openqa", ""},
    {"longalpaca", "longalpaca", ""},
    {"line_by_line", "line_by_line", ""},
    {"custom", "line_by_line", "a prompt in each line"},
    {"random", "random", ""},
    {"share_gpt_zh", "sharegpt", "", "ms:swift/sharegpt/common_zh_70k.jsonl"},
    {"share_gpt_en", "sharegpt", "", "ms:swift/sharegpt/common_en_70k.jsonl"},
    {"embedding", "embedding", ""},
    {"embed", "embedding", ""},
    {"embedding_batch", "embedding", "batch_size says how many texts are in a request"},
    {"rerank", "rerank", ""},
    {"random_vl", "", kNoImages},
    {"flickr8k", "", kNoImages},
    {"kontext_bench", "", kNoImages},
    {"speed_benchmark", "",
     "use `random` with --min-prompt-length and --max-prompt-length of the wanted length"},
    {"speed_benchmark_long", "",
     "use `random` with --min-prompt-length and --max-prompt-length of the wanted length"},
    {"random_embedding", "", kNoSynthetic},
    {"random_embedding_batch", "", kNoSynthetic},
    {"random_rerank", "", kNoSynthetic},
    {"random_multi_turn", "", kNoTurns},
    {"share_gpt_zh_multi_turn", "", kNoTurns},
    {"share_gpt_en_multi_turn", "", kNoTurns},
    {"custom_multi_turn", "", kNoTurns},
    {"swe_smith", "", kNoTurns},
    {"trie_agentic_coding", "", kNoTurns},
    {"trie_code_qa", "", kNoTurns},
    {"trie_office_work", "", kNoTurns},
    {"workload_trace", "",
     "recorded times are not replayed; `load: {poisson: RATE}` sends at their mean rate"},
    {"multi_turn", "", kNoTurns},
}};

const Row* FindRow(std::string_view name, ScenarioDraft& draft) {
  const auto row = std::find_if(kRows.begin(), kRows.end(),
                                [name](const Row& each) { return each.evalscope == name; });
  if (row != kRows.end() && !row->format.empty()) return &*row;
  if (row != kRows.end()) {
    draft.Problem(StrCat("--dataset ", name, " has no counterpart: ", row->remark));
    return nullptr;
  }
  std::vector<std::string> known;
  for (const Row& each : kRows) {
    if (!each.format.empty()) known.emplace_back(each.evalscope);
  }
  const std::optional<std::string> nearest = NearestName(name, known);
  draft.Problem(StrCat("--dataset is '", name, "': expected one of ", absl::StrJoin(known, ", "),
                       nearest ? StrCat("; did you mean '", *nearest, "'?") : "",
                       " (what a plugin of your own reads, write into a file of one of these)"));
  return nullptr;
}

// Inclusive limits, as a scenario has them; nullopt: none was given.
struct Lengths {
  std::optional<int64_t> min;
  std::optional<int64_t> max;
};

Lengths ReadLengths(ScenarioDraft& draft) {
  // llmuses' own default is the largest number there is.
  const auto limit = [&draft](std::string_view flag) {
    return draft.Int(flag, 0, std::numeric_limits<int64_t>::max());
  };
  Lengths lengths{limit("--min-prompt-length"), limit("--max-prompt-length")};
  if (!draft.command().is_new) {
    // llmuses compares strictly: min < length < max.
    if (lengths.min && *lengths.min < kMaxLength) ++*lengths.min;
    if (lengths.max && *lengths.max > 0) --*lengths.max;
  }
  if (lengths.max && *lengths.max >= kMaxLength) lengths.max.reset();
  if (lengths.min && lengths.max && *lengths.min > *lengths.max) {
    draft.Problem("--min-prompt-length and --max-prompt-length leave no length between them");
  }
  return lengths;
}

void AddLengthLimits(ScenarioDraft& draft) {
  const EvalscopeCommand& command = draft.command();
  const Lengths lengths = ReadLengths(draft);
  const bool tokens = command.is_new && command.Has("--tokenizer-path");
  const std::string unit = tokens ? "tokens" : "length";
  const std::string remark = command.is_new
                                 ? (tokens ? "in tokens, as a tokenizer is there" : "in characters")
                                 : "in characters, itself excluded";
  if (lengths.min) {
    draft.yaml.Add(
        2, "min_prompt_" + unit, StrCat(*lengths.min),
        StrCat("--min-prompt-length ", *command.Value("--min-prompt-length"), ", ", remark));
  }
  if (lengths.max) {
    draft.yaml.Add(
        2, "max_prompt_" + unit, StrCat(*lengths.max),
        StrCat("--max-prompt-length ", *command.Value("--max-prompt-length"), ", ", remark));
  }
}

std::string LengthText(int64_t min, int64_t max) {
  return min == max ? StrCat(min) : StrCat("{min: ", min, ", max: ", max, "}");
}

void AddRandom(ScenarioDraft& draft) {
  if (!draft.command().Has("--tokenizer-path")) {
    draft.Problem("--dataset random needs --tokenizer-path: prompts are made of its vocabulary");
  }
  const int64_t prefix = draft.Int("--prefix-length", 0, kMaxLength).value_or(0);
  const int64_t max = draft.Int("--max-prompt-length", 1, kMaxLength).value_or(131'072);
  const int64_t min = draft.Int("--min-prompt-length", 0, kMaxLength).value_or(0);
  draft.yaml.Add(2, "input_tokens", LengthText(std::max<int64_t>(min, 1) + prefix, max + prefix),
                 "--min-prompt-length, --max-prompt-length, --prefix-length");
  if (prefix > 0) draft.yaml.Add(2, "prefix_tokens", StrCat(prefix), "--prefix-length");
}

void AddAnswerLengths(ScenarioDraft& draft) {
  // AddSampling() names the flag there.
  if (IsCustomEngine(draft.command()) || GeneratesNoText(draft.command())) return;
  const std::vector<int64_t> tokens = draft.Ints("--max-tokens", 1, kMaxLength);
  if (tokens.size() < 2) return;
  draft.yaml.Add(2, "output_tokens",
                 LengthText(std::min(tokens[0], tokens[1]), std::max(tokens[0], tokens[1])),
                 "--max-tokens MIN MAX: each request draws its own");
}

// One prompt for all requests: a file with it.
void AddPrompt(const std::string& prompt, ScenarioDraft& draft) {
  const bool is_file = prompt.starts_with('@');
  draft.yaml.Add(0, "dataset", "");
  draft.yaml.Comment(2, "--prompt: a scenario reads prompts from a file. Write this one with");
  draft.yaml.Comment(
      2, is_file ? StrCat("jq -Rsc '{question: .}' '", prompt.substr(1), "' > prompt.jsonl")
                 : StrCat("the line ",
                          nlohmann::json{{"question", prompt}}.dump(
                              -1, ' ', false, nlohmann::json::error_handler_t::replace),
                          " in prompt.jsonl"));
  draft.yaml.Add(2, "name", "prompt");
  draft.yaml.Add(2, "format", "openqa");
  draft.yaml.Add(2, "path", "prompt.jsonl");
  AddAnswerLengths(draft);
  if (draft.command().Has("--dataset")) draft.Note("--dataset: --prompt takes its place");
}

void AddFile(const Row& row, ScenarioDraft& draft) {
  const EvalscopeCommand& command = draft.command();
  if (const auto path = command.Value("--dataset-path")) {
    draft.yaml.Add(2, "path", YamlWord(*path), "--dataset-path");
  } else if (!row.hub.empty()) {
    draft.yaml.Add(2, "hub", YamlWord(row.hub), "no --dataset-path: the file that EvalScope takes");
  } else if (row.format == "openqa" || row.format == "longalpaca") {
    draft.yaml.Comment(2, "no --dataset-path: fetched by its name");
  } else {
    draft.Problem(StrCat("--dataset ", row.evalscope, " needs --dataset-path FILE here"));
  }
  if (row.format == "sharegpt") {
    draft.yaml.Add(2, "turns", "all", "the history up to the last question");
  }
}

// --extra-args batch_size, which is not for the engine. AddEngine() does the rest of the flag.
void AddBatchSize(bool embeds, ScenarioDraft& draft) {
  if (!GeneratesNoText(draft.command())) return;
  const auto args = nlohmann::json::parse(draft.command().Value("--extra-args").value_or(""),
                                          nullptr, /*allow_exceptions=*/false);
  if (!args.is_object() || !args.contains("batch_size")) return;
  const nlohmann::json& size = args["batch_size"];
  if (!embeds) {
    draft.Note("--extra-args batch_size: only an embedding dataset has several texts in a request");
  } else if (size.is_number_integer() && size >= 1 && size <= kMaxBatch) {
    draft.yaml.Add(2, "batch_size", size.dump(), "--extra-args");
  } else {
    draft.Problem(StrCat("--extra-args has batch_size ", size.dump(),
                         ": expected a whole number from 1 to ", kMaxBatch));
  }
}

}  // namespace

void AddModel(ScenarioDraft& draft) {
  const EvalscopeCommand& command = draft.command();
  const std::optional<std::string> model = command.Value("--model");
  if (!model) draft.Problem("--model is missing: expected the name that the engine serves");
  const std::string name = YamlWord(model.value_or("model"));
  if (const auto tokenizer = command.Value("--tokenizer-path")) {
    draft.yaml.Add(0, "model", StrCat("{name: ", name, ", tokenizer: ", YamlWord(*tokenizer), "}"),
                   "--model, --tokenizer-path");
  } else {
    draft.yaml.Add(0, "model", name, "--model");
  }
}

void AddDataset(ScenarioDraft& draft) {
  const EvalscopeCommand& command = draft.command();
  if (const auto prompt = command.Value("--prompt")) {
    AddPrompt(*prompt, draft);
    return AddBatchSize(/*embeds=*/false, draft);
  }
  const std::string name =
      command.Value("--dataset").value_or(command.is_new ? "openqa" : "line_by_line");
  const Row* const row = FindRow(name, draft);
  if (row == nullptr) return;
  draft.yaml.Add(0, "dataset", "");
  draft.yaml.Add(
      2, "name", YamlWord(name),
      StrCat(command.Has("--dataset") ? "--dataset" : StrCat(command.program(), "'s default"),
             row->remark.empty() ? "" : ": ", row->remark));
  if (row->format != name) draft.yaml.Add(2, "format", row->format);
  if (row->format == "random") {
    AddRandom(draft);
  } else {
    AddFile(*row, draft);
    AddLengthLimits(draft);
    if (command.Has("--prefix-length")) {
      draft.Note("--prefix-length: only --dataset random has a prefix");
    }
  }
  AddBatchSize(row->format == "embedding", draft);
  AddAnswerLengths(draft);
}

}  // namespace monsoon
