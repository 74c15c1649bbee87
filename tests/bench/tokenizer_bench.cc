// tokenizer_bench: how fast a model's tokenizer counts, on one thread. Google Benchmark; ./dev
// bench runs it from the root of the repository, as
//
//   tokenizer_bench TOKENIZER.JSON [--benchmark_filter=answers ...]
//
//   WAY/TEXT    WAY: count; encode; library, which is encode without the shortcut of rust/src;
//               first, which is count by a tokenizer that has seen nothing yet
//
// TEXT: answers (English prose of this repository in answers of about 100 tokens), prose (the same,
// whole files), questions (Chinese, short) and tasks (English, long) of configs/data. One iteration
// counts all of a text once. Rates are tokens and bytes a second of CPU time.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "controller/io/tokenizer/rust/monsoon_tokenizer.h"

namespace monsoon::bench {
namespace {

using Texts = std::vector<std::string>;

struct Free {
  void operator()(MonsoonTokenizer* tokenizer) const { monsoon_tokenizer_free(tokenizer); }
};
using Handle = std::unique_ptr<MonsoonTokenizer, Free>;

std::string json_of_tokenizer;

const uint8_t* Bytes(const std::string& text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Handle Open() {
  char* error = nullptr;
  Handle handle(monsoon_tokenizer_open(Bytes(json_of_tokenizer), json_of_tokenizer.size(), &error));
  if (handle == nullptr) std::fprintf(stderr, "%s\n", error);
  monsoon_tokenizer_free_error(error);
  return handle;
}

Texts Prose() {
  Texts files;
  for (const auto& entry : std::filesystem::directory_iterator("docs")) {
    if (entry.path().extension() == ".md") files.push_back(ReadFile(entry.path()));
  }
  return files;
}

// 100 tokens of such text are about 400 bytes.
Texts Answers() {
  Texts answers;
  for (const std::string& file : Prose()) {
    for (size_t begin = 0; begin < file.size(); begin += 400) {
      answers.push_back(file.substr(begin, 400));
    }
  }
  return answers;
}

Texts Questions() {
  Texts questions;
  std::ifstream file("configs/data/openqa_zh_sample.jsonl");
  for (std::string line; std::getline(file, line);) {
    questions.push_back(nlohmann::json::parse(line).at("question"));
  }
  return questions;
}

Texts Tasks() {
  Texts tasks;
  const auto all = nlohmann::json::parse(ReadFile("configs/data/longalpaca_sample.json"));
  for (const auto& task : all) tasks.push_back(task.at("instruction"));
  return tasks;
}

enum class Way { kCount, kEncode, kLibrary };

int64_t Tokens(Way way, const Handle& handle, const std::string& text, std::vector<uint32_t>& ids) {
  switch (way) {
    case Way::kCount:
      return monsoon_tokenizer_count(handle.get(), Bytes(text), text.size());
    case Way::kEncode:
      return monsoon_tokenizer_encode(handle.get(), Bytes(text), text.size(), ids.data(),
                                      ids.size());
    case Way::kLibrary:
      return monsoon_tokenizer_encode_plainly(handle.get(), Bytes(text), text.size(), ids.data(),
                                              ids.size());
  }
  return 0;
}

int64_t TokensOfAll(Way way, const Handle& handle, const Texts& texts, std::vector<uint32_t>& ids) {
  int64_t tokens = 0;
  for (const std::string& text : texts) tokens += Tokens(way, handle, text, ids);
  return tokens;
}

void Rates(benchmark::State& state, const Texts& texts, int64_t tokens) {
  int64_t bytes = 0;
  for (const std::string& text : texts) bytes += static_cast<int64_t>(text.size());
  state.SetItemsProcessed(state.iterations() * tokens);
  state.SetBytesProcessed(state.iterations() * bytes);
}

void Measure(benchmark::State& state, Way way, Texts (*read)()) {
  const Texts texts = read();
  const Handle handle = Open();
  std::vector<uint32_t> ids(1 << 20);
  int64_t tokens = TokensOfAll(way, handle, texts, ids);
  if (tokens <= 0) state.SkipWithError("nothing was counted");
  for (auto unused : state) {
    if (TokensOfAll(way, handle, texts, ids) != tokens) state.SkipWithError("the count changed");
  }
  Rates(state, texts, tokens);
}

void MeasureFirst(benchmark::State& state, Texts (*read)()) {
  const Texts texts = read();
  std::vector<uint32_t> ids;
  int64_t tokens = 0;
  for (auto unused : state) {
    state.PauseTiming();
    Handle handle = Open();
    state.ResumeTiming();
    tokens = TokensOfAll(Way::kCount, handle, texts, ids);
    state.PauseTiming();
    handle.reset();
    state.ResumeTiming();
  }
  if (tokens <= 0) state.SkipWithError("nothing was counted");
  Rates(state, texts, tokens);
}

BENCHMARK_CAPTURE(Measure, count_answers, Way::kCount, Answers)->Name("count/answers");
BENCHMARK_CAPTURE(Measure, encode_answers, Way::kEncode, Answers)->Name("encode/answers");
BENCHMARK_CAPTURE(Measure, library_answers, Way::kLibrary, Answers)->Name("library/answers");
BENCHMARK_CAPTURE(MeasureFirst, answers, Answers)->Name("first/answers")->Iterations(5);
BENCHMARK_CAPTURE(Measure, count_prose, Way::kCount, Prose)->Name("count/prose");
BENCHMARK_CAPTURE(Measure, library_prose, Way::kLibrary, Prose)->Name("library/prose");
BENCHMARK_CAPTURE(Measure, count_questions, Way::kCount, Questions)->Name("count/questions");
BENCHMARK_CAPTURE(Measure, library_questions, Way::kLibrary, Questions)->Name("library/questions");
BENCHMARK_CAPTURE(MeasureFirst, questions, Questions)->Name("first/questions")->Iterations(5);
BENCHMARK_CAPTURE(Measure, count_tasks, Way::kCount, Tasks)->Name("count/tasks");
BENCHMARK_CAPTURE(Measure, library_tasks, Way::kLibrary, Tasks)->Name("library/tasks");

}  // namespace
}  // namespace monsoon::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (argc != 2) {
    std::fprintf(stderr, "usage: tokenizer_bench TOKENIZER.JSON [--benchmark_...]\n");
    return 2;
  }
  monsoon::bench::json_of_tokenizer = monsoon::bench::ReadFile(argv[1]);
  if (monsoon::bench::Open() == nullptr) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
